import type { Message, SessionStore } from './state.ts';

let lastId = 0;

/** Tells the user a sentence, once: a sentence that still stands is not repeated. */
export function tell(store: SessionStore, tone: Message['tone'], sentence: string, about: Message['about'] = 'study'): void {
  const { messages } = store.getState();
  if (messages.some((message) => message.sentence === sentence)) return;
  lastId += 1;
  store.setState({ messages: [...messages, { id: lastId, tone, about, sentence }] });
}

export function dismiss(store: SessionStore, id: number): void {
  store.setState({ messages: store.getState().messages.filter((message) => message.id !== id) });
}

/** Other files are opened: what was said of the ones before has had its time. */
export function forgetStudyMessages(store: SessionStore): void {
  store.setState({ messages: store.getState().messages.filter((message) => message.about === 'app') });
}

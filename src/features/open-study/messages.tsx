import { Button } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';

/** What went wrong or is worth knowing, one plain sentence each, until dismissed. */
export function Messages() {
  const session = useSession();
  const messages = useSessionState((state) => state.messages);
  return (
    <div className="messages" role="log" aria-label="Messages" data-testid="messages">
      {messages.map((message) => (
        <div key={message.id} className={`message message-${message.tone}`} data-testid="message">
          <span>{message.sentence}</span>
          <Button look="quiet" aria-label={`Dismiss: ${message.sentence}`} onPress={() => session.dismiss(message.id)}>×</Button>
        </div>
      ))}
    </div>
  );
}

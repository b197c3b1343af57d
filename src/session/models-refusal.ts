import type { InferenceProblem, InferenceProblemCode } from '#src/inference/index.ts';

const AGAIN = 'export it again with python -m vertebra export';
const COPY = 'copy the folder again from where it was exported';

/** What to do about a network that was refused. */
const WHAT_TO_DO: Partial<Record<InferenceProblemCode, string>> = {
  'model-file-missing': 'drop the whole folder that python -m vertebra export wrote',
  'model-file-size': AGAIN,
  'model-unreachable': 'check that it is still there and drop it again',
  'manifest-invalid': AGAIN,
  'model-other-kind': 'drop one of those',
  'model-bytes': COPY,
  'model-hash': COPY,
  'model-known': 'give it an id of its own',
  'model-changed': 'remove it and drop the folder again',
  'onnx-unreadable': COPY,
  'onnx-opset': AGAIN,
  'onnx-external-data': AGAIN,
  'onnx-operator': AGAIN,
  'model-mismatch': AGAIN,
  'session-failed': 'close other programs or try another browser',
  'worker-crashed': 'close other programs, or make the network smaller',
  'golden-wrong': 'ask whoever made it, or use another browser or machine',
  'model-not-finite': 'ask whoever made it',
  'model-slow': 'make it smaller, or use a faster machine',
  'timed-out': 'make it smaller, or use a faster machine',
};

/** One sentence: which network, what is wrong, what to do. */
export function describeRefusal(name: string, { code, sentence }: InferenceProblem): string {
  const todo = WHAT_TO_DO[code];
  return `${name}: ${todo === undefined ? sentence : `${sentence.replace(/\.$/, '')}; ${todo}.`}`;
}

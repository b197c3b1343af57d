import { expect, it } from 'vitest';
import { createLastingWorker, type WorkerPort } from './lasting-worker.ts';

function fakePort() {
  const listeners = new Map<string, (event: unknown) => void>();
  let isEnded = false;
  const port = {
    postMessage: () => undefined,
    terminate: () => { isEnded = true; },
    addEventListener: (type: string, listener: (event: unknown) => void) => { listeners.set(type, listener); },
  };
  return { port: port as unknown as WorkerPort, fire: (type: string, event: unknown = {}) => listeners.get(type)?.(event), isEnded: () => isEnded };
}

function setUp(startOne?: () => WorkerPort) {
  const fakes: ReturnType<typeof fakePort>[] = [];
  const heard: unknown[] = [];
  const start = () => {
    const fake = fakePort();
    fakes.push(fake);
    return fake.port;
  };
  const worker = createLastingWorker<string>({ start: startOne ?? start, onReply: (reply) => heard.push(reply), onDeath: () => heard.push('death') });
  return { worker, fakes, heard };
}

it('starts nothing before it is needed, and one worker for all needs', () => {
  const { worker, fakes, heard } = setUp();
  expect(fakes).toHaveLength(0);
  expect(worker.ensure()).toBe(worker.ensure());
  expect(fakes).toHaveLength(1);
  fakes[0]?.fire('message', { data: 'answer' });
  expect(heard).toEqual(['answer']);
});

it('ends a worker that failed and starts another at the next need, three in all', () => {
  const { worker, fakes, heard } = setUp();
  const first = worker.ensure();
  fakes[0]?.fire('error');
  expect(fakes[0]?.isEnded()).toBe(true);
  expect(heard).toEqual(['death']);
  expect(worker.ensure()).not.toBe(first);
  fakes[1]?.fire('messageerror');
  worker.ensure();
  fakes[2]?.fire('error');
  expect(worker.ensure()).toBeNull();
  expect(fakes).toHaveLength(3);
});

it('counts two events of one death once, and not the late event of a worker that was replaced', () => {
  const { worker, fakes, heard } = setUp();
  worker.ensure();
  fakes[0]?.fire('messageerror');
  fakes[0]?.fire('error');
  const second = worker.ensure();
  fakes[0]?.fire('error');
  expect(heard).toEqual(['death']);
  expect(worker.ensure()).toBe(second);
});

it('is none where no worker can be started, and does not try again', () => {
  let tries = 0;
  const { worker, heard } = setUp(() => {
    tries += 1;
    throw new Error('No workers here.');
  });
  expect(worker.ensure()).toBeNull();
  expect(worker.ensure()).toBeNull();
  expect(tries).toBe(1);
  expect(heard).toEqual([]);
});

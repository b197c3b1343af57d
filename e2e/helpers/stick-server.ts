import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export type StickServer = { readonly url: string; readonly child: ChildProcess; readonly stop: () => Promise<void> };

/** Starts a stick's server as its README says, and waits for its line. Rejects with what it said when it ends instead. */
export function startStick(folder: string, server: 'serve.mjs' | 'serve.py', port: number): Promise<StickServer> {
  const command = server === 'serve.mjs' ? process.execPath : 'python3';
  const child = spawn(command, [join(folder, server), '--port', String(port), '--no-open'], { stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve, reject) => {
    let said = '';
    const ended = new Promise<void>((done) => { child.once('exit', () => done()); });
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const url = /runs at (\S+)/.exec(said)?.[1];
      if (url !== undefined) resolve({ url, child, stop: async () => { child.kill('SIGINT'); await ended; } });
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', () => reject(new Error(said)));
  });
}

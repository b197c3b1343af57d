export function writeServerSettings(stick: string): void;
export function writeStick(dist: string, stick: string): void;

export function originsOfDeployment(deployment: unknown): string[];
export function securityHeaders(allowedOrigins?: readonly string[]): Record<string, string>;
export function withPolicy(html: string, allowedOrigins?: readonly string[]): string;

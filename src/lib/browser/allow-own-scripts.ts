import { isOwnScript } from './own-script.ts';

/*
 * First import of the page and of every worker whose libraries start workers or the service worker by address. The security policy
 * (scripts/security-headers.mjs) forbids strings as markup or script; through this default policy of Trusted Types passes what the application
 * itself needs, the addresses of its own scripts, which Vite and onnxruntime-web hand over as strings. Markup has no way through.
 */

type Rules = { readonly createScriptURL: (address: string) => string | null };
type Factory = { readonly createPolicy: (name: string, rules: Rules) => unknown };

/** All scripts of the build lie in one folder, and this one with them. */
const folder = new URL('./', import.meta.url).href;

// Not in lib.dom; browsers without it have no such check either. Null makes the browser throw.
const { trustedTypes } = globalThis as { readonly trustedTypes?: Factory };
trustedTypes?.createPolicy('default', { createScriptURL: (address) => (isOwnScript(address, location.href, folder) ? address : null) });

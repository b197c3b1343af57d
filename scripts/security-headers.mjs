// The one owner of what a browser is told about security: headers for servers that can send them, a meta element for
// hosts that cannot. Why each line is as it is: docs/decisions/0011-security-policy.md. No dependency, so that a bundled server can use it.

/** None for what is no http(s) address, such as the path of a DICOMweb server on the page's own origin. */
function originOf(address) {
  if (typeof address !== 'string' || !/^https?:\/\//i.test(address) || !URL.canParse(address)) return [];
  return [new URL(address).origin];
}

/**
 * Origins beside the page's own that a deployment.json allows: `allowedOrigins` and those of the servers under `dicomWeb`.
 * Anything that is no http(s) address is left out, so nothing in that file can add another directive.
 * @param {unknown} deployment the parsed file
 * @returns {string[]}
 */
export function originsOfDeployment(deployment) {
  const { allowedOrigins = [], dicomWeb = [] } = deployment !== null && typeof deployment === 'object' ? deployment : {};
  const offered = Array.isArray(dicomWeb) ? dicomWeb.map((server) => server?.root) : [];
  return [...new Set([...(Array.isArray(allowedOrigins) ? allowedOrigins : []), ...offered].flatMap(originOf))];
}

/** The two style elements that react-aria puts into the page by script, for touch; security-headers.test.ts holds them equal to the library. */
const REACT_ARIA_STYLES = ["'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='", "'sha256-gYiS/BvZvRcK27JIXTuwhZ3hs2+VJ1X+2gUlE+farlg='"];

/** @param {readonly string[]} allowedOrigins */
function directives(allowedOrigins) {
  return {
    'default-src': "'none'",
    // WebAssembly needs its own word; eval, inline and blob scripts stay forbidden.
    'script-src': "'self' 'wasm-unsafe-eval'",
    'style-src': ["'self'", ...REACT_ARIA_STYLES].join(' '),
    // Pictures of the series list are data URLs of a canvas.
    'img-src': "'self' data:",
    'connect-src': ["'self'", ...allowedOrigins.flatMap(originOf)].join(' '),
    'worker-src': "'self'",
    'manifest-src': "'self'",
    'object-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    'require-trusted-types-for': "'script'",
    'trusted-types': 'default',
  };
}

/** Browsers ignore these in a meta element and say so in the console. */
const HEADER_ONLY = new Set(['frame-ancestors']);

function join(entries) {
  return entries.map(([name, value]) => `${name} ${value}`).join('; ');
}

/**
 * Headers for every answer of a server that serves the page, scripts of workers included: a worker has the policy of its own script's answer.
 * @param {readonly string[]} allowedOrigins http(s) origins beside the page's own that it may read from, by default none
 * @returns {Record<string, string>}
 */
export function securityHeaders(allowedOrigins = []) {
  return {
    'Content-Security-Policy': join(Object.entries(directives(allowedOrigins))),
    // Isolation gives onnxruntime-web shared memory for its threads, and keeps other pages out of this one's process.
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), hid=(), midi=(), payment=()',
  };
}

const CHARSET = '<meta charset="utf-8" />';

/**
 * The page with its policy in a meta element, in place of the one it had, for hosts that send no headers. Throws where it finds no place for it.
 * @param {string} html
 * @param {readonly string[]} allowedOrigins as for `securityHeaders`
 * @returns {string}
 */
export function withPolicy(html, allowedOrigins = []) {
  const policy = join(Object.entries(directives(allowedOrigins)).filter(([name]) => !HEADER_ONLY.has(name)));
  const without = html.replace(/\s*<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
  const [before, after] = without.split(CHARSET);
  // A policy holds for what comes after it, so it stands before every script and style.
  if (after === undefined) throw new Error(`The page has no ${CHARSET}, after which its security policy would stand.`);
  return `${before}${CHARSET}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />${after}`;
}

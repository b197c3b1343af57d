import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { originsOfDeployment, securityHeaders, withPolicy } from '../../scripts/security-headers.mjs';

const PAGE = readFileSync('index.html', 'utf8');

function directivesOf(policy: string | undefined): ReadonlyMap<string, readonly string[]> {
  return new Map((policy ?? '').split('; ').map((directive) => {
    const [name = '', ...values] = directive.split(' ');
    return [name, values] as const;
  }));
}

function policyOf(html: string): string | undefined {
  return /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
}

describe('the policy', () => {
  const policy = directivesOf(securityHeaders()['Content-Security-Policy']);

  it('starts from nothing and allows scripts of the own origin only', () => {
    expect(policy.get('default-src')).toEqual(["'none'"]);
    expect(policy.get('script-src')).toEqual(["'self'", "'wasm-unsafe-eval'"]);
    expect(policy.get('worker-src')).toEqual(["'self'"]);
    expect(policy.get('connect-src')).toEqual(["'self'"]);
    expect([...policy.values()].flat()).not.toEqual(expect.arrayContaining([expect.stringMatching(/'unsafe-(inline|eval|hashes)'|\*|blob:|^https?:$/)]));
  });

  it('lets react-aria put in its two style elements, by their hashes, and no other', () => {
    const styles = ['interactions/usePress', 'overlays/usePreventScroll'].map((name) => {
      const source = readFileSync(`node_modules/react-aria/dist/private/${name}.mjs`, 'utf8');
      const [, css = ''] = /style\.textContent = `([^`]*)`\.trim\(\)/.exec(source) ?? [];
      return css.replace(/\$\{[^}]*PRESSABLE_ATTRIBUTE\}/, 'data-react-aria-pressable').trim();
    });
    expect(styles.every((css) => css.startsWith('@layer'))).toBe(true);
    expect(policy.get('style-src')).toEqual(["'self'", ...styles.map((css) => `'sha256-${createHash('sha256').update(css).digest('base64')}'`)]);
  });

  it('takes the origins that a deployment allows, and nothing that would change another directive', () => {
    const origins = originsOfDeployment({
      allowedOrigins: ['https://pacs.example:8043/path', "https://a.example; script-src 'unsafe-inline'", '*', 'https:', 'javascript:alert(1)', 7, "'self'", '*.example'],
      dicomWeb: [{ title: 'Archive', root: 'https://archive.example/dicom-web' }, { title: 'Beside', root: '/dicom-web' }, null],
    });
    expect(origins).toEqual(['https://pacs.example:8043', 'https://archive.example']);
    expect(directivesOf(securityHeaders(origins)['Content-Security-Policy']).get('connect-src')).toEqual(["'self'", ...origins]);
    expect(securityHeaders(["https://a.example; script-src 'unsafe-inline'", '*'])).toEqual(securityHeaders());
    for (const damaged of [null, undefined, 'x', [], { allowedOrigins: 'https://a.example', dicomWeb: {} }]) expect(originsOfDeployment(damaged)).toEqual([]);
  });
});

describe('withPolicy', () => {
  it('puts the policy before every script, style and link', () => {
    const html = withPolicy(PAGE);
    const at = html.indexOf('http-equiv="Content-Security-Policy"');
    expect(at).toBeGreaterThan(0);
    for (const tag of ['<script', '<link', '<style', '<base']) expect(html.slice(0, at)).not.toContain(tag);
  });

  it('says what the header says, but for what browsers ignore in a page', () => {
    const header = directivesOf(securityHeaders(['https://a.example'])['Content-Security-Policy']);
    const meta = directivesOf(policyOf(withPolicy(PAGE, ['https://a.example'])));
    expect([...header].filter(([name]) => name !== 'frame-ancestors')).toEqual([...meta]);
  });

  it('takes the place of the policy that was there', () => {
    const changed = withPolicy(withPolicy(PAGE), ['https://a.example']);
    expect(changed).toBe(withPolicy(PAGE, ['https://a.example']));
    expect(withPolicy(changed)).toBe(withPolicy(PAGE));
  });

  it('refuses a page in which it finds no place', () => {
    expect(() => withPolicy('<html></html>')).toThrow('no <meta charset');
  });
});

describe('allow-server', () => {
  function builtCopy(deployment: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'osteolens-allow-'));
    writeFileSync(join(folder, 'index.html'), withPolicy(PAGE));
    writeFileSync(join(folder, 'deployment.json'), deployment);
    return folder;
  }
  const run = (...args: readonly string[]) => spawnSync('node', ['scripts/allow-server.mjs', ...args], { encoding: 'utf8' });
  const read = (folder: string) => ({
    page: readFileSync(join(folder, 'index.html'), 'utf8'),
    deployment: JSON.parse(readFileSync(join(folder, 'deployment.json'), 'utf8')) as unknown,
  });

  it('adds an origin to the policy of the page and to deployment.json, and keeps what was there', () => {
    const folder = builtCopy('{ "allowedOrigins": ["https://a.example"], "dicomWeb": [{ "title": "Archive", "root": "https://b.example/dicom-web" }] }');
    const { status, stdout } = run(folder, 'https://pacs.example:8043');
    expect([status, stdout]).toEqual([0, expect.stringContaining(`Content-Security-Policy: ${securityHeaders(['https://a.example', 'https://pacs.example:8043', 'https://b.example'])['Content-Security-Policy']}`)]);
    const { page, deployment } = read(folder);
    expect(deployment).toEqual({ allowedOrigins: ['https://a.example', 'https://pacs.example:8043'], dicomWeb: [{ title: 'Archive', root: 'https://b.example/dicom-web' }] });
    expect(page).toBe(withPolicy(PAGE, ['https://a.example', 'https://pacs.example:8043', 'https://b.example']));
  });

  it.each([
    ['https://pacs.example/dicom-web', 'is no origin'],
    ["https://a.example; script-src 'unsafe-inline'", 'is no origin'],
    ['*', 'is no origin'],
  ])('refuses %s and changes nothing', (address, said) => {
    const folder = builtCopy('{}');
    const before = read(folder);
    const { status, stderr } = run(folder, 'https://fine.example', address);
    expect([status, stderr]).toEqual([1, expect.stringContaining(said)]);
    expect(read(folder)).toEqual(before);
  });

  it('says which file it cannot read', () => {
    const folder = builtCopy('{ not JSON');
    expect(run(folder).stderr).toContain('deployment.json cannot be read');
    expect(run(join(folder, 'nowhere')).stderr).toContain('nowhere');
  });
});

import { chromium } from '@playwright/test';
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const p = await b.newPage(); await p.goto('http://127.0.0.1:1/').catch(()=>{}); await p.goto('about:blank');
for (const mb of [100, 300, 500, 600]) {
  console.log(mb, await p.evaluate(async (mb) => {
    const src = () => { let n = 0; return new ReadableStream({ pull(c) { if (n++ < mb) c.enqueue(new Uint8Array(1 << 20)); else c.close(); } }); };
    const t = performance.now();
    try { const x = await new Response(src()).blob(); const a = await x.slice(0, 10).arrayBuffer(); return `blob ${x.size} ${Math.round(performance.now() - t)} ms`; } catch (e) { return `${e.name} ${e.message}`; }
  }, mb));
  console.log(mb, 'gz', await p.evaluate(async (mb) => {
    const src = () => { let n = 0; return new ReadableStream({ pull(c) { if (n++ < mb) c.enqueue(new Uint8Array(1 << 20)); else c.close(); } }); };
    const t = performance.now();
    try {
      const gz = await new Response(src().pipeThrough(new CompressionStream('gzip'))).blob();
      let n = 0, refused = null;
      const counter = new TransformStream({ transform(chunk, c) { n += chunk.length; if (n > 450e6) { refused = 'R'; c.error(new Error('mine')); } else c.enqueue(chunk); } });
      try { const x = await new Response(gz.stream().pipeThrough(new DecompressionStream('gzip')).pipeThrough(counter)).blob(); await x.slice(0, 10).arrayBuffer(); return `blob ${x.size} ${Math.round(performance.now() - t)} ms`; } catch (e) { return `${e.name} ${e.message} refused=${refused} n=${n} ${Math.round(performance.now() - t)} ms`; }
    } catch (e) { return `${e.name} ${e.message}`; }
  }, mb));
}
await b.close();

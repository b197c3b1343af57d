// Runs the spine network's golden case through onnxruntime-web (WASM, in Node) and compares with the manifest's outputs.
// Training's spine-export calls it: node scripts/spine-golden-in-ort-web.mjs <model folder>. Prints the worst difference
// of each output as JSON; exits 1 where one is beyond the manifest's tolerance.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ort from 'onnxruntime-web'

const [folder] = process.argv.slice(2)
const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
const { volume } = manifest.input
const golden = readFileSync(join(folder, manifest.golden.file.name))

ort.env.wasm.numThreads = 1
const session = await ort.InferenceSession.create(readFileSync(join(folder, manifest.file.name)), {
  executionProviders: ['wasm'],
})
const worst = {}
let at = 0
for (const { shape, outputs } of manifest.golden.cases) {
  const bytes = 2 * shape.reduce((a, b) => a * b, 1)
  const hu = new Int16Array(golden.buffer.slice(golden.byteOffset + at, golden.byteOffset + at + bytes))
  at += bytes
  const values = Float32Array.from(hu, (v) => (v - volume.meanHu) / volume.stdHu)
  const found = await session.run({ [volume.name]: new ort.Tensor('float32', values, [1, 1, ...shape]) })
  for (const [name, wanted] of Object.entries(outputs)) {
    if (found[name].data.length !== wanted.length) throw new Error(`${name}: ${found[name].data.length} values, not ${wanted.length}`)
    const range = Math.max(Math.max(...wanted) - Math.min(...wanted), 1e-12)
    const difference = found[name].data.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0)
    worst[name] = Math.max(worst[name] ?? 0, difference / range)
  }
}
console.log(JSON.stringify(worst))
process.exit(Object.values(worst).some((difference) => !(difference <= manifest.golden.tolerance)) ? 1 : 0)

// Runs a model's golden patches through onnxruntime-web (WASM, in Node) and compares with the manifest's outputs.
// Training's export calls it: node scripts/golden-in-ort-web.mjs <model folder>. Prints the worst difference of each
// output as JSON; exits 1 where one is beyond the manifest's tolerance.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ort from 'onnxruntime-web'

const [folder] = process.argv.slice(2)
const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
const { patch, acquisition } = manifest.input
const golden = readFileSync(join(folder, manifest.golden.file.name))
const size = patch.shape.slice(1).reduce((a, b) => a * b, 1)

ort.env.wasm.numThreads = 1
const session = await ort.InferenceSession.create(readFileSync(join(folder, manifest.file.name)), {
  executionProviders: ['wasm'],
})
const found = []
for (const [number, { acquisition: header }] of manifest.golden.cases.entries()) {
  const hu = new Int16Array(golden.buffer.slice(golden.byteOffset + number * size * 2, golden.byteOffset + (number + 1) * size * 2))
  const values = Float32Array.from(hu, (v) => (v - patch.meanHu) / patch.stdHu)
  found.push(
    await session.run({
      [patch.name]: new ort.Tensor('float32', values, [1, ...patch.shape.slice(1)]),
      [acquisition.name]: new ort.Tensor('float32', Float32Array.from(header), [1, header.length]),
    }),
  )
}

const worst = {}
for (const name of Object.keys(manifest.outputs)) {
  const wanted = manifest.golden.cases.flatMap((c) => c.outputs[name])
  const values = found.flatMap((outputs) => [...outputs[name].data])
  if (values.length !== wanted.length) throw new Error(`${name}: ${values.length} values, not ${wanted.length}`)
  // The devices' columns of abmd are in different units: a range each.
  const columns = name === 'abmd' ? manifest.devices.length : 1
  worst[name] = 0
  for (let column = 0; column < columns; column += 1) {
    const mine = (_, index) => index % columns === column
    const [reference, value] = [wanted.filter(mine), values.filter(mine)]
    const largest = Math.max(...reference.map(Math.abs))
    const range = Math.max(Math.max(...reference) - Math.min(...reference), 1e-3 * largest, 1e-12)
    worst[name] = Math.max(worst[name], Math.max(...value.map((v, i) => Math.abs(v - reference[i]))) / range)
  }
}
console.log(JSON.stringify(worst))
const beyond = Object.entries(worst).filter(([, difference]) => !(difference <= manifest.golden.tolerance))
process.exit(beyond.length > 0 ? 1 : 0)

import { defineConfig } from '@playwright/test';

const port = 4187;

// Software WebGL and WebGPU, so that the built app is tested as used on any machine; see shared anchors 3.6.
const args = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  // The page itself is put together in main memory: WebGL in software would draw every frame of it once more, a quarter of a core's time.
  '--disable-gpu-compositing',
];

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  timeout: 120_000,
  expect: { timeout: 30_000 },
  // Files side by side, the tests of one file in turn: 30 minutes of one core otherwise.
  workers: 2,
  retries: 0,
  forbidOnly: !!process.env['CI'],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1440, height: 900 },
    // A trace is recorded of every test and costs a fifth of the time of all; OSTEOLENS_TRACE=1 has one of what fails.
    trace: process.env['OSTEOLENS_TRACE'] === '1' ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    // Specs of offline use allow them; the others neither wait for the copy nor read from it.
    serviceWorkers: 'block',
    launchOptions: {
      args,
      ...(process.env['OSTEOLENS_CHROMIUM'] ? { executablePath: process.env['OSTEOLENS_CHROMIUM'] } : {}),
    },
  },
  webServer: {
    command: `npx vite preview --host 127.0.0.1 --port ${port} --strictPort`,
    url: `http://127.0.0.1:${port}`,
    reuseExistingServer: false,
  },
});

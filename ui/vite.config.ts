import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Where a running engine listens while the page is served by the dev server. */
const engine = process.env['PURSER_API'] ?? 'http://127.0.0.1:7420'

/** The page's own name goes through to the engine, which refuses requests that come from elsewhere. */
const door = { target: engine, changeOrigin: false }

// eslint-disable-next-line no-restricted-exports -- Vite reads the default export.
export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { host: '127.0.0.1', port: 1420, strictPort: true, proxy: { '/api': door, '/health': door } },
  build: {
    target: ['chrome123', 'safari17.5'],
    // Fonts stay files: a strict policy allows no data: sources for them.
    assetsInlineLimit: 0,
    rollupOptions: {
      output: {
        manualChunks: (id: string) => {
          if (/node_modules\/(react|react-dom|scheduler)\//.test(id)) return 'react'
          if (/node_modules\/@tanstack\//.test(id)) return 'tanstack'
          if (/node_modules\/(@radix-ui|radix-ui|@floating-ui|aria-hidden|react-remove-scroll)/.test(id)) return 'radix'
          return undefined
        },
      },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})

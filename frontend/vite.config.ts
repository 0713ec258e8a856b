import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const backend = process.env.CINEROUNDS_BACKEND ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/",
  plugins: [react()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    outDir: "dist",
    assetsInlineLimit: 0, // The content security policy admits same-origin files, not data: scripts or wasm.
    chunkSizeWarningLimit: 6000,
  },
  optimizeDeps: {
    exclude: ["@cornerstonejs/dicom-image-loader"],
    include: ["@cornerstonejs/dicom-image-loader > @cornerstonejs/codec-charls/decodewasmjs"],
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": backend, "/dicomweb": backend },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test-setup.ts"],
    // Typing into a form letter by letter takes seconds on a busy machine.
    testTimeout: 30_000,
    include: ["src/**/*.test.{ts,tsx}"],
    css: false,
  },
});

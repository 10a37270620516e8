/** A part of a Vitest configuration, for mergeConfig. */
import type { QueratorPlugin } from '../../dist/esm/runners/vitest/vitest-plugin.js'

declare const preset: { readonly plugins: QueratorPlugin[]; readonly test?: { readonly globalSetup: string[] } }
export default preset

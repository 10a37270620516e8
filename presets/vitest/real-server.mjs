/** The Vitest preset for a real Querator, which QUERATOR_BINARY starts or QUERATOR_ENDPOINT names. Tests of `test.embedded` are skipped. */
import { fileURLToPath } from 'node:url'
import { querator } from '../../dist/esm/runners/vitest/vitest-plugin.js'

const globalSetup = fileURLToPath(new URL('../../dist/esm/runners/global/real-server-setup.js', import.meta.url))

export default { plugins: [querator()], test: { globalSetup: [globalSetup] } }

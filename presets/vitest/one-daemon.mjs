/** The Vitest preset for one server that all test files share. */
import { querator } from '../../dist/esm/runners/vitest/vitest-plugin.js'

export default { plugins: [querator({ oneDaemon: true })] }

/** The Vitest preset for suites in jsdom. Install jsdom. */
import { querator } from '../../dist/esm/runners/vitest/vitest-plugin.js'

export default { plugins: [querator({ environment: 'jsdom' })] }

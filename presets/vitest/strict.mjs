/** The strict Vitest preset: leaks fail, unknown keys of the configuration fail, and the clock stands still until a test moves it. */
import { querator } from '../../dist/esm/runners/vitest/vitest-plugin.js'

export default { plugins: [querator({ leaks: 'error', unknownKeys: 'error', clock: 'frozen' })] }

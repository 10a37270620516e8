/** The Vitest preset: values to import from `querator-test/vitest/values`, with a daemon for each test file. */
import { querator } from '../../dist/esm/runners/vitest/vitest-plugin.js'

export default { plugins: [querator()] }

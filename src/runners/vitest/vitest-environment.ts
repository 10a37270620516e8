/**
 * The Vitest environment `querator`: Vitest's own `node`, which also gives the daemon of a test file its options. With the plugin of
 * `querator-test/vitest/plugin`, a docblock can name it.
 */
import { composedEnvironment, type VitestEnvironment } from './composed-environment.js'

/** The environment, as Vitest loads it. */
const environment: VitestEnvironment = await composedEnvironment('node', import.meta.url)
export default environment

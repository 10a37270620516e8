import preset from 'querator-test/presets/vitest/node'
import { defineConfig, mergeConfig } from 'vitest/config'

export default mergeConfig(preset, defineConfig({ test: { include: ['*.vitest.js'] } }))

import preset from 'querator-test/presets/vitest/real-server'
import { defineConfig, mergeConfig } from 'vitest/config'

export default mergeConfig(preset, defineConfig({ test: { include: ['*.vitest.js'] } }))

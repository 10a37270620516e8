import { querator } from 'querator-test/vitest/plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({ plugins: [querator({ leaks: 'error' })] })

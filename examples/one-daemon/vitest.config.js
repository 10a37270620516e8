export default {
  test: {
    globalSetup: 'querator-test/global-setup',
  },
}

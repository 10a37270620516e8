/** What only a test to report needs, in one piece to load. */
export { reportPage } from './page/report-page.js'
export { firstStrange, reportText } from './report-text.js'

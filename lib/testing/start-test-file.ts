import { startTestFile } from "./times"

startTestFile()

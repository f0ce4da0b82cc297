import { testEnvironment } from "../fixtures/environment"
import { expectStateNotLogged } from "../fixtures/state-in-log"
import { TestBrowser, test } from "../fixtures/world"

test("no log holds a state token, whatever page it is sent to with whatever body - RFC 6819 4.4.1.1", async () => {
  await expectStateNotLogged(new TestBrowser(), testEnvironment().logFiles)
})

/**
 * Runs Python's own unittest and writes TAP, test by test: `unittest-tap.py REPORT [arguments of python -m unittest]`. Tests that
 * lie in a folder without `__init__.py` are found too, and a package under `src` needs no installation.
 */
export const UNITTEST_PROGRAM = String.raw`import inspect, os, sys, unittest

report = open(sys.argv[1], "w", encoding="utf-8")
report.write("TAP version 14\n")
sys.path[:0] = [os.getcwd()] + (["src"] if os.path.isdir("src") else [])


def quoted(text):
    return "'" + " ".join(str(text).split())[:2000].replace("'", "''") + "'"


class Result(unittest.TextTestResult):
    count = 0

    def tell(self, test, ok, note="", error=None):
        self.count += 1
        name = test.id().replace("\\", "\\\\").replace("#", "\\#")
        report.write(f"{'ok' if ok else 'not ok'} {self.count} - {name}{note}\n  ---\n")
        try:
            report.write(f"  location: {quoted(inspect.getfile(type(test)) + ':1:1')}\n")
        except (TypeError, OSError):
            pass
        if error:
            report.write(f"  name: {quoted(error[0].__name__)}\n  error: {quoted(error[1])}\n")
        report.write("  ...\n")
        report.flush()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.tell(test, True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.tell(test, False, error=err)

    def addError(self, test, err):
        super().addError(test, err)
        self.tell(test, False, error=err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.tell(test, True, " # SKIP")

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.tell(test, True)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.tell(test, False)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.tell(subtest, False, error=err)


arguments = sys.argv[2:]
if arguments[:1] == ["discover"] and not {"-s", "--start-directory"} & set(arguments) and len(arguments) == 1:
    for folder in ("tests", "test"):
        if os.path.isdir(folder) and not os.path.exists(os.path.join(folder, "__init__.py")):
            arguments += ["-s", folder]
            break
runner = unittest.TextTestRunner(resultclass=Result, verbosity=2)
unittest.main(module=None, argv=["python -m unittest", *arguments], testRunner=runner)
`;

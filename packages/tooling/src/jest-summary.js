/**
 * A jest reporter for many packages in a row: one line for each when all is well, and all of what
 * failed. What a test prints itself is printed besides.
 */
export default class JestSummary {
  onTestResult(_test, { failureMessage, testFilePath, testResults }) {
    if (failureMessage) process.stdout.write(`${testFilePath}\n${failureMessage}\n`);
    for (const { fullName, status } of testResults) {
      if (status === "todo") process.stdout.write(`to do: ${fullName}\n`);
    }
  }

  onRunComplete(_contexts, results) {
    const counts = [
      [results.numPassedTests, "passed"],
      [results.numFailedTests, "failed"],
      [results.numPendingTests, "skipped"],
      [results.numTodoTests, "to do"],
    ].flatMap(([count, outcome]) => (count ? [`${count} ${outcome}`] : []));
    const seconds = Math.round((Date.now() - results.startTime) / 1000);
    process.stdout.write(
      `${results.numTotalTestSuites} files of tests: ${counts.join(", ")} in ${seconds} s\n`,
    );
  }
}

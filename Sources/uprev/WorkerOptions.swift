import ArgumentParser
import Foundation

/// How many documents are worked on at once.
struct WorkerOptions: ParsableArguments {
  @Option(name: [.short, .long], help: "Workers; default: the processors available.")
  var jobs: Int?

  mutating func validate() throws {
    if let jobs, !(1...1024).contains(jobs) {
      throw ValidationError("--jobs takes a whole number from 1 to 1024, not \(jobs).")
    }
  }

  var count: Int { jobs ?? ProcessInfo.processInfo.activeProcessorCount }
}

import Foundation
import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

extension JqTests {
  @Suite("Programs")
  struct Programs {
    private static func command(_ words: String..., seconds: Double = 30) -> ProgramCommand {
      ProgramCommand(words: words, arguments: words, seconds: seconds)
    }

    /// A shell's program that answers each line by what `body` does with `$line`.
    private static func shell(_ body: String, seconds: Double = 30) -> ProgramCommand {
      command("sh", "-c", "while read -r line; do \(body); done", seconds: seconds)
    }

    /// The texts that come out, or what went wrong, a document each.
    private static func apply(
      _ command: ProgramCommand, to texts: [String], _ children: ProgramChildren
    ) throws -> [String] {
      let options = JSONReadingOptions(allowsNonFinite: true)
      let documents = try texts.map { try IndexedJSON(scanning: JSONText($0), options: options) }
      var batch = StepBatch(documents, options: options)
      batch.perform(ExecStep(command: command, runner: children, allowsNonFinite: true))
      return batch.items.map { item in
        item.failure.map { "failed: \($0.message)" + ($0.hint.map { " // \($0)" } ?? "") } ?? "\(item.document.text)"
      }
    }

    /// No process that was started is left, not even as a zombie.
    private static func expectNothingLeft(_ children: ProgramChildren, _ what: String) {
      children.end()
      #expect(!children.startedProcesses.isEmpty, "\(what)")
      for process in children.startedProcesses {
        #expect(kill(pid_t(process), 0) == -1, "\(what): \(process) is still there")
      }
    }

    @Test("What a program changes is spliced in, and everything else keeps its bytes")
    func splices() throws {
      let children = ProgramChildren()
      let python = """
        import json, sys
        for line in sys.stdin:
            if not line.strip(): continue
            data = json.loads(line)
            data["n"] = data.get("n", 0) + 1
            print(json.dumps(data), flush=True)
        """
      let texts = [
        "{ \"a\" : 1.0,\n \"e\":\"\\u00e9\", \"big\": 12345678901234567890123, \"f\": 0.12345678901234567890, \"x\": NaN }",
        "{\"n\": 4,\r\n \"z\": [1e5, -0.0], \"\\u00e9\": \"\\u00e9\", \"ü\": 1.50}\n",
      ]
      let results = try Self.apply(Self.command("python3", "-c", python), to: texts, children)
      #expect(
        results[0].contains("\"f\": 0.12345678901234567890, \"x\": NaN") && results[0].hasPrefix("{ \"a\" : 1.0,\n"))
      #expect(results[0].contains("12345678901234567890123,") && results[0].contains("\\u00e9"), "\(results[0])")
      #expect(results[0].contains("\"n\": 1"), "\(results[0])")
      #expect(results[1] == "{\"n\": 5,\r\n \"z\": [1e5, -0.0], \"\\u00e9\": \"\\u00e9\", \"ü\": 1.50}\n")
      #expect(children.startedProcesses.count == 1)
      Self.expectNothingLeft(children, "python")
    }

    struct Hostile: Sendable {
      var name: String
      /// What it does for one document; it gives every other one back.
      var body: String
      var seconds = 30.0
      var expected: String
    }

    static let hostilePrograms: [Hostile] = [
      Hostile(name: "silent", body: ":", seconds: 2, expected: "took longer than"),
      Hostile(name: "asleep", body: "sleep 100; echo 1", seconds: 2, expected: "took longer than"),
      Hostile(name: "asleep in a child", body: "(sleep 100; echo 1) & wait", seconds: 2, expected: "took longer than"),
      Hostile(name: "spinning", body: "while :; do :; done", seconds: 2, expected: "took longer than"),
      Hostile(
        name: "crashing", body: "echo reason >&2; exit 3",
        expected: "exit status 3 before it had answered // on standard error it said: reason"),
      Hostile(name: "killed", body: "kill -9 $$", expected: "signal 9"),
      Hostile(name: "closing its output", body: "exec >&-; sleep 100", expected: "before it had answered"),
      Hostile(name: "answering twice", body: "echo \"$line\"; echo \"$line\"", expected: "answered more than once"),
      Hostile(
        name: "answering twice, later", body: "echo \"$line\"; sleep 0.2; echo \"$line\"",
        expected: "answered more than once"),
      Hostile(name: "answering garbage", body: "echo '{\"a\": '", expected: "one JSON text"),
      Hostile(name: "answering an empty line", body: "echo", expected: "one JSON text"),
      Hostile(name: "answering two texts", body: "echo '1 2'", expected: "one JSON text"),
      Hostile(name: "answering no UTF-8", body: "printf '\"\\377\"\\n'", expected: "one JSON text"),
      Hostile(
        name: "answering a huge line", body: "head -c 20000000 /dev/zero | tr '\\0' x", expected: "more than"),
      Hostile(name: "endless", body: "yes \"$line\"", expected: "answered more than once"),
    ]

    @Test("A hostile program fails its document alone, and nothing of it is left", arguments: hostilePrograms)
    func hostile(_ program: Hostile) throws {
      let body = "case \"$line\" in *bad*) \(program.body);; *) echo \"$line\";; esac"
      let children = ProgramChildren()
      let texts = ["{\"a\": 1}", "{\"bad\": 1}", "{\"a\": 2}"]
      let results = try Self.apply(Self.shell(body, seconds: program.seconds), to: texts, children)
      #expect(results[0] == texts[0] && results[2] == texts[2], "\(results)")
      #expect(results[1].hasPrefix("failed: ") && results[1].contains(program.expected), "\(results[1].prefix(300))")
      Self.expectNothingLeft(children, program.name)
    }

    @Test("A program that crashes on a document is given it once more, and that is all; one may end after its answer")
    func restarts() throws {
      let folder = try TemporaryTree()
      let children = ProgramChildren()
      let body = """
        case "$line" in *bad*) echo x >> \(folder.path)/tries; exit 1;; *) echo "$line"; exit 0;; esac
        """
      let results = try Self.apply(Self.shell(body), to: ["{\"a\":1}", "{\"bad\":1}", "{\"a\":2}"], children)
      #expect(results[0] == "{\"a\":1}" && results[2] == "{\"a\":2}" && results[1].contains("exit status 1"))
      #expect(try folder.read("tries") == "x\nx\n")
      Self.expectNothingLeft(children, "restarts")
    }

    @Test("A program has no open file, variable, signal or folder of ours, and a process group of its own")
    func environment() throws {
      let folder = try TemporaryTree()
      // Left open across exec, as a program that started this one might.
      let leaked = open(try folder.write("secret", "x"), O_RDONLY)
      #expect(fcntl(leaked, F_SETFD, 0) == 0)
      defer { close(leaked) }
      let python = """
        import json, os, signal, sys
        files = []
        for name in os.listdir("/proc/self/fd"):
            try: files.append(name + " " + os.readlink("/proc/self/fd/" + name).split(":")[0])
            except OSError: pass
        # Python ignores two of its own.
        ignored = [s for s in range(1, 32) if signal.getsignal(s) == signal.SIG_IGN and s not in (13, 25)]
        blocked = [int(s) for s in signal.pthread_sigmask(signal.SIG_BLOCK, [])]
        state = [sorted(files), dict(os.environ), os.getcwd(), os.getpgid(0) == os.getpid(), ignored, blocked]
        for line in sys.stdin:
            if line.strip(): print(json.dumps(state), flush=True)
        """
      let children = ProgramChildren()
      let results = try Self.apply(Self.command("python3", "-c", python), to: ["1"], children)
      let value = try IndexedJSON(scanning: JSONText(results[0])).root
      #expect(value[element: 0]?.elements.map { $0.string ?? "" } == ["0 pipe", "1 pipe", "2 pipe"], "\(results)")
      let names = value[element: 1]?.members.map { "\($0.name.string)=\($0.value.string ?? "")" }.sorted()
      #expect(names == ProgramProcess.environment.sorted())
      #expect(value[element: 2]?.string == "/" && value[element: 3]?.bool == true, "\(results)")
      #expect(value[element: 4]?.count == 0 && value[element: 5]?.count == 0, "\(results)")
      Self.expectNothingLeft(children, "environment")
    }

    @Test("A program that is not there, or is none, is said to be so")
    func missing() throws {
      let children = ProgramChildren()
      for name in ["uprev-no-such-program", "/nonexistent/x", "/etc/passwd"] {
        #expect(try Self.apply(Self.command(name), to: ["1"], children)[0].contains("cannot be started"), "\(name)")
      }
    }

    @Test("Several threads have each a program of their own, and every document its own answer")
    func threads() throws {
      let children = ProgramChildren()
      let command = Self.shell("echo \"{\\\"b${line#??}\"")
      let wrong = Counted()
      DispatchQueue.concurrentPerform(iterations: 4) { thread in
        let texts = (0..<20).map { "{\"a\":\(thread * 100 + $0)}" }
        let out = (try? Self.apply(command, to: texts, children)) ?? []
        wrong.add(20 - zip(texts, out).filter { text, out in out == "{\"b" + text.dropFirst(2) }.count)
      }
      #expect(wrong.sum == 0)
      #expect((1...4).contains(children.startedProcesses.count))
      Self.expectNothingLeft(children, "threads")
    }

    @Test("What a program says on standard error is kept, bounded, with the document")
    func standardError() throws {
      let children = ProgramChildren()
      let command = Self.shell("echo one >&2; yes noise | head -n 100000 >&2; echo last >&2; echo \"$line\"")
      var batch = StepBatch([try IndexedJSON(scanning: JSONText("1"))], options: .init())
      batch.perform(ExecStep(command: command, runner: children, allowsNonFinite: false))
      let said = try #require(batch.items[0].notes.first?.said)
      #expect(said.hasSuffix("noise | last") && said.utf8.count < 5000, "\(said.suffix(100))")
      Self.expectNothingLeft(children, "standard error")
    }
  }
}

/// Adds up numbers of several threads.
// @unchecked: guarded by the lock.
private final class Counted: @unchecked Sendable {
  private let lock = NSLock()
  private var total = 0
  func add(_ number: Int) { lock.withLock { total += number } }
  var sum: Int { lock.withLock { total } }
}

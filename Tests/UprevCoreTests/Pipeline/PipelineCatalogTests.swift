import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("Finding pipelines")
struct PipelineCatalogTests {
  private static let yaml =
    "uprev: 1\nname: NAME\nformats: [{name: f, files: [\"*\"], version: {at: /v, type: integer}, current: 1}]\n"

  private static func write(_ name: String, to folder: TemporaryTree, under path: String) throws {
    try folder.write(
      yaml.replacingOccurrences(of: "NAME", with: "\(path)/\(name)"), to: "\(path)/\(name)/pipeline.yaml")
  }

  private static func catalog(_ environment: [String: String], program: String? = nil) -> PipelineCatalog {
    PipelineCatalog(
      fileSystem: LocalFileSystem(), environment: environment, program: program.map { PathName($0) })
  }

  @Test("A name is looked up in UPREV_PIPELINES, then the configuration, then the share folder; the first has it")
  func order() throws {
    let folder = try TemporaryTree()
    for path in ["one", "two", "config/uprev/pipelines", "prefix/share/uprev/pipelines"] {
      try Self.write("shared", to: folder, under: path)
    }
    try Self.write("second", to: folder, under: "two")
    try Self.write("configured", to: folder, under: "config/uprev/pipelines")
    try Self.write("installed", to: folder, under: "prefix/share/uprev/pipelines")
    try folder.write("", to: "prefix/bin/uprev")
    let root = folder.path
    let catalog = Self.catalog(
      ["UPREV_PIPELINES": "\(root)/none::\(root)/one:\(root)/two", "XDG_CONFIG_HOME": "\(root)/config"],
      program: "\(root)/prefix/bin/uprev")
    #expect(try catalog.load("shared").name == "one/shared")
    #expect(try catalog.load("second").name == "two/second")
    #expect(try catalog.load("configured").name == "config/uprev/pipelines/configured")
    #expect(try catalog.load("installed").name == "prefix/share/uprev/pipelines/installed")
    #expect(catalog.knownNames() == ["configured", "installed", "second", "shared"])
    #expect(try catalog.load(["second", "shared"]).map(\.name) == ["two/second", "one/shared"])
  }

  @Test("Without XDG_CONFIG_HOME, or with a relative one, ~/.config counts")
  func home() throws {
    let folder = try TemporaryTree()
    try Self.write("mine", to: folder, under: ".config/uprev/pipelines")
    #expect(try Self.catalog(["HOME": folder.path]).load("mine").name == ".config/uprev/pipelines/mine")
    #expect(Self.catalog(["HOME": folder.path, "XDG_CONFIG_HOME": "here"]).knownNames() == ["mine"])
    #expect(Self.catalog(["HOME": folder.path, "XDG_CONFIG_HOME": ""]).knownNames() == ["mine"])
    #expect(Self.catalog([:]).folders.isEmpty)
  }

  @Test("In a source checkout the pipelines beside Package.swift are found from the built program")
  func checkout() throws {
    let folder = try TemporaryTree()
    try Self.write("own", to: folder, under: "repo/pipelines")
    try folder.write("", to: "repo/Package.swift")
    try folder.write("", to: "repo/.build/debug/uprev")
    let catalog = Self.catalog([:], program: folder.path + "/repo/.build/debug/uprev")
    #expect(try catalog.load("own").name == "repo/pipelines/own")
    try FileManager.default.removeItem(atPath: folder.path + "/repo/Package.swift")
    #expect(Self.catalog([:], program: folder.path + "/repo/.build/debug/uprev").knownNames().isEmpty)
  }

  @Test("The current folder, and what is relative to it, never has a name's pipeline")
  func currentFolder() throws {
    let here = FileManager.default.currentDirectoryPath
    #expect(FileManager.default.fileExists(atPath: here))
    let catalog = Self.catalog(["UPREV_PIPELINES": ".:pipelines::", "HOME": "relative"])
    #expect(catalog.folders.isEmpty)
    for name in ["amorsize", ".", "..", ""] {
      let error = #expect(throws: PipelineError.self) { try catalog.load(name) }
      #expect(error?.faults.map(\.kind) == [.unknownPipeline])
    }
  }

  @Test("What has a slash in it or ends in .yaml is a folder or a file")
  func paths() throws {
    let folder = try TemporaryTree()
    try Self.write("a", to: folder, under: "x")
    let catalog = Self.catalog([:])
    for path in ["/x/a", "/x/a/", "/x/a/pipeline.yaml"] {
      #expect(try catalog.load(folder.path + path).name == "x/a")
    }
    for path in [folder.path + "/x", folder.path + "/none", "none.yaml"] {
      let error = #expect(throws: PipelineError.self) { try catalog.load(path) }
      #expect(error?.faults.map(\.kind) == [.unreadable])
    }
  }

  @Test("An unknown name is answered with the known ones, and with the one that was meant")
  func unknown() throws {
    let folder = try TemporaryTree()
    try Self.write("amorsize", to: folder, under: "p")
    try folder.write("", to: "p/empty/other")
    let catalog = Self.catalog(["UPREV_PIPELINES": folder.path + "/p"])
    let error = #expect(throws: PipelineError.self) { try catalog.load("amorsise") }
    let message = error?.faults.first?.message ?? ""
    #expect(message.contains("`amorsise`; did you mean `amorsize`?"))
    #expect(message.contains("known are `amorsize`"))
    #expect(!message.contains("empty"))
    let both = #expect(throws: PipelineError.self) { try catalog.load(["nothing", "amorsize", "alike"]) }
    #expect(both?.faults.count == 2)
  }

  @Test("A pipeline that is there but wrong ends the search")
  func wrongOne() throws {
    let folder = try TemporaryTree()
    try folder.write("nonsense", to: "one/a/pipeline.yaml")
    try Self.write("a", to: folder, under: "two")
    let catalog = Self.catalog(["UPREV_PIPELINES": "\(folder.path)/one:\(folder.path)/two"])
    let error = #expect(throws: PipelineError.self) { try catalog.load("a") }
    #expect(error?.faults.first?.file.description == folder.path + "/one/a/pipeline.yaml")
  }

  @Test("The running program's place is absolute and there")
  func program() throws {
    let place = try #require(ProgramPlace.find(LocalFileSystem()))
    #expect(place.bytes.first == UInt8(ascii: "/"))
    #expect(FileManager.default.isExecutableFile(atPath: place.description))
  }

  @Test(
    "A slip is told from another word",
    arguments: [
      ("nmae", "name"), ("naem", "name"), ("file", "files"), ("curent", "current"), ("xyz", nil), ("name", nil),
      ("migration", "migrations"), (String(repeating: "n", count: 5000), nil), ("", nil),
    ])
  func nearest(word: String, expected: String?) {
    let words = ["name", "files", "current", "migrations"]
    #expect(NearestName.find(word, among: words) == expected)
  }
}

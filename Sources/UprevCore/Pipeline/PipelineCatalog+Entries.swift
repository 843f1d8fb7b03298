import UprevReport

/// A pipeline that a look-up by name finds.
public struct CatalogEntry: Sendable {
  public var name: String
  public var file: PathName
  /// The pipeline, or what is wrong with it.
  public var pipeline: Result<Pipeline, PipelineError>
}

extension PipelineCatalog {
  /// Every pipeline that has a name, sorted by it. Of several of one name the one that a command line would get.
  public func entries() -> [CatalogEntry] {
    knownNames().compactMap { name in
      guard let file = try? locate(name) else { return nil }
      do throws(PipelineError) {
        return CatalogEntry(name: name, file: file, pipeline: .success(try load(name)))
      } catch {
        return CatalogEntry(name: name, file: file, pipeline: .failure(error))
      }
    }
  }
}

namespace Tideway.Cli.Tables;

/// <summary>A temporary folder for what does not fit into memory; gone when this is disposed.</summary>
internal sealed class SpillFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tideway-spill-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

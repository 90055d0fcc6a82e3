namespace Tideway.Cli.Tables;

/// <summary>A file that is being written: beside the one that it becomes, or on its way to standard output. What is left of it goes with it.</summary>
internal sealed class TransitFile : IDisposable
{
    private readonly string? target;

    public TransitFile(string? target)
    {
        this.target = target is null ? null : System.IO.Path.GetFullPath(target);
        var parent = this.target is null ? System.IO.Path.GetTempPath() : System.IO.Path.GetDirectoryName(this.target)!;
        Folder = Directory.CreateDirectory(System.IO.Path.Combine(parent, $".tideway-{Guid.CreateVersion7():N}")).FullName;
        Path = System.IO.Path.Combine(Folder, "rows");
    }

    public string Folder { get; }

    public string Path { get; }

    /// <summary>The file is complete: gives it its name, or copies it to standard output.</summary>
    public async Task PublishAsync(CliEnvironment environment, CancellationToken cancellationToken)
    {
        if (target is not null)
        {
            File.Move(Path, target);
            return;
        }

        await using var source = File.OpenRead(Path);
        await using var output = environment.OpenOut();
        await source.CopyToAsync(output, cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary>How a table's files are encoded.</summary>
/// <param name="Provider"><c>parquet</c>, the only one.</param>
public sealed record FileFormat(string Provider)
{
    /// <summary>The only format.</summary>
    public static FileFormat Parquet { get; } = new("parquet");
}

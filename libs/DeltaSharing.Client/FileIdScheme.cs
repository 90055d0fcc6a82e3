namespace Tideway.DeltaSharing.Client;

/// <summary>How a server makes the ids of files: the same file has the same id in every answer made the same way.</summary>
/// <remarks>Protocol: https://github.com/delta-io/delta-sharing/blob/main/PROTOCOL.md#file-id-hash-header</remarks>
public enum FileIdScheme
{
    /// <summary>As in answers in the parquet format.</summary>
    Parquet,

    /// <summary>As in answers in the delta format.</summary>
    Delta,
}

/// <summary>The words of the header.</summary>
internal static class FileIdSchemes
{
    public static string ToHeader(this FileIdScheme scheme) =>
        scheme switch
        {
            FileIdScheme.Parquet => "parquet",
            FileIdScheme.Delta => "delta",
            _ => throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "Expected a way of the protocol."),
        };

    public static FileIdScheme? Parse(string? header) =>
        header?.Trim().ToLowerInvariant() switch
        {
            "parquet" => FileIdScheme.Parquet,
            "delta" => FileIdScheme.Delta,
            _ => null,
        };
}

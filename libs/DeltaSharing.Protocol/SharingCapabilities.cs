using System.Text;

namespace Tideway.DeltaSharing.Protocol;

/// <summary>
/// The <c>delta-sharing-capabilities</c> header: <c>key=value,value;key=value</c>, keys and values in any case. What is not understood
/// is skipped.
/// </summary>
public sealed record SharingCapabilities
{
    /// <summary>What a client can take that sends no header.</summary>
    public static SharingCapabilities Default { get; } = new();

    /// <summary>The response formats the client takes; <see cref="ResponseFormats.None"/> where it names only unknown ones.</summary>
    public ResponseFormats ResponseFormats { get; init; } = ResponseFormats.Parquet;

    /// <summary>Delta reader features the client knows, in lower case. They matter only in the delta format.</summary>
    public IReadOnlySet<string> ReaderFeatures { get; init; } = new HashSet<string>();

    /// <summary>Whether the client wants every answer to end with an end-stream line.</summary>
    public bool IncludeEndStreamAction { get; init; }

    /// <summary>Whether the client can wait for a query and ask for it again.</summary>
    public bool AsyncQuery { get; init; }

    /// <summary>Reads the header; <see langword="null"/> and blank are <see cref="Default"/>.</summary>
    public static SharingCapabilities Parse(string? header)
    {
        if (string.IsNullOrWhiteSpace(header))
            return Default;
        var capabilities = Default;
        foreach (var pair in header.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                continue;
            var values = pair[(equals + 1)..].ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            capabilities = pair[..equals].TrimEnd().ToLowerInvariant() switch
            {
                "responseformat" => capabilities with { ResponseFormats = FormatsOf(values) },
                "readerfeatures" => capabilities with { ReaderFeatures = values.ToHashSet() },
                "includeendstreamaction" => capabilities with { IncludeEndStreamAction = values is ["true"] },
                "asyncquery" => capabilities with { AsyncQuery = values is ["true"] },
                _ => capabilities,
            };
        }

        return capabilities;
    }

    /// <summary>
    /// What a server answers: the format it used and whether an end-stream line will come. It says nothing else, because clients look
    /// for the word <c>delta</c> anywhere in it.
    /// </summary>
    public static string Echo(ResponseFormats used, bool endStreamAction) =>
        "responseformat=" + NameOf(used) + (endStreamAction ? ";includeendstreamaction=true" : "");

    /// <summary>The header as a client sends it.</summary>
    public string ToHeader()
    {
        var header = new StringBuilder("responseformat=");
        var formats = new[] { ResponseFormats.Parquet, ResponseFormats.Delta }.Where(format => ResponseFormats.HasFlag(format)).Select(NameOf);
        header.AppendJoin(',', formats);
        if (ReaderFeatures.Count > 0)
            header.Append(";readerfeatures=").AppendJoin(',', ReaderFeatures.Order(StringComparer.Ordinal));
        if (IncludeEndStreamAction)
            header.Append(";includeendstreamaction=true");
        if (AsyncQuery)
            header.Append(";asyncquery=true");
        return header.ToString();
    }

    private static ResponseFormats FormatsOf(string[] values) =>
        values.Aggregate(
            ResponseFormats.None,
            (formats, value) =>
                formats
                | value switch
                {
                    "parquet" => ResponseFormats.Parquet,
                    "delta" => ResponseFormats.Delta,
                    _ => ResponseFormats.None,
                }
        );

    private static string NameOf(ResponseFormats format) =>
        format switch
        {
            ResponseFormats.Parquet => "parquet",
            ResponseFormats.Delta => "delta",
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Expected one format."),
        };
}

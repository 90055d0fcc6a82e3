using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Features;

/// <summary>
/// Refuses, by name, what the engine does not fully understand.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#table-features">Table Features</see>.
/// </summary>
internal static class ProtocolRequirements
{
    /// <summary>Throws <see cref="DeltaLogError.UnsupportedReaderFeature"/> unless the table can be read.</summary>
    public static void RequireReadable(Protocol protocol, Uri root, long version)
    {
        if (protocol.MinReaderVersion is < 1 or > TableFeatures.MaxReaderVersion)
            throw Refuse(DeltaLogError.UnsupportedReaderFeature, $"reader version {protocol.MinReaderVersion}", root, version);
        if (protocol.MinReaderVersion == 3 && protocol.ReaderFeatures is null)
        {
            throw new DeltaLogException(DeltaLogError.CorruptLog, $"Expected readerFeatures in the protocol of '{root}' (version {version}), found none.")
            {
                TableRoot = root,
                Version = version,
            };
        }

        RequireAll(protocol.ReaderFeatures, FeatureSupport.Read, DeltaLogError.UnsupportedReaderFeature, "reader", root, version);
    }

    /// <summary>Throws <see cref="DeltaLogError.UnsupportedWriterFeature"/> unless <paramref name="support"/> is given for all that the table asks of writers.</summary>
    public static void RequireWritable(Protocol protocol, FeatureSupport support, Uri root, long version)
    {
        RequireReadable(protocol, root, version);
        if (protocol.MinWriterVersion is < 1 or > TableFeatures.MaxWriterVersion)
            throw Refuse(DeltaLogError.UnsupportedWriterFeature, $"writer version {protocol.MinWriterVersion}", root, version);
        RequireAll(protocol.WriterFeatures, support, DeltaLogError.UnsupportedWriterFeature, "writer", root, version);
    }

    /// <summary>Whether the protocol has the feature, by name or by version.</summary>
    public static bool Has(this Protocol protocol, string name)
    {
        if (protocol.WriterFeatures?.Contains(name) == true || protocol.ReaderFeatures?.Contains(name) == true)
            return true;
        var feature = TableFeatures.All[name];
        return protocol.MinWriterVersion < 7 && feature.LegacyWriterVersion > 0 && protocol.MinWriterVersion >= feature.LegacyWriterVersion;
    }

    private static void RequireAll(IReadOnlyList<string>? names, FeatureSupport support, DeltaLogError error, string role, Uri root, long version)
    {
        var missing = (names ?? []).Where(name => !TableFeatures.All.TryGetValue(name, out var feature) || !feature.Support.HasFlag(support)).ToList();
        if (missing.Count > 0)
            throw Refuse(error, $"the {role} feature{(missing.Count > 1 ? "s" : "")} {string.Join(", ", missing.Select(Named))}", root, version);

        string Named(string name) =>
            TableFeatures.All.TryGetValue(name, out var feature) && feature is { Support: FeatureSupport.None, Note: { } note } ? $"{name} ({note})" : name;
    }

    private static DeltaLogException Refuse(DeltaLogError error, string what, Uri root, long version) =>
        new(error, $"Table '{root}' (version {version}) needs {what}, which is not supported.") { TableRoot = root, Version = version };
}

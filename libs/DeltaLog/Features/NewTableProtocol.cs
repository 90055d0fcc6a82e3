using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Rules;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Features;

/// <summary>
/// The protocol that a schema and properties need.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#table-features-for-new-and-existing-tables">Table Features for New and Existing Tables</see>.
/// </summary>
public static class NewTableProtocol
{
    /// <summary>The lowest protocol for a new table.</summary>
    public static Protocol For(StructType schema, IReadOnlyDictionary<string, string> configuration) => With(null, schema, configuration);

    /// <summary><paramref name="before"/>, raised to what the schema and properties need; the same object where that is enough.</summary>
    public static Protocol With(Protocol? before, StructType schema, IReadOnlyDictionary<string, string> configuration) =>
        With(before, schema, configuration, []);

    /// <summary>
    /// Like the other, with features beyond what the schema and properties need, by name: of files that come from elsewhere. All must be in
    /// <see cref="TableFeatures.All"/>.
    /// </summary>
    public static Protocol With(Protocol? before, StructType schema, IReadOnlyDictionary<string, string> configuration, IEnumerable<string> more)
    {
        var needed = Needed(schema, configuration).Concat(more).SelectMany(WithDependencies).Distinct(StringComparer.Ordinal).ToList();
        if (before is not null && needed.TrueForAll(name => HasAlready(before, name)))
            return before;
        var features = needed.Union(before is null ? [] : FeaturesOf(before), StringComparer.Ordinal).Select(name => TableFeatures.All[name]).ToList();
        if (features.TrueForAll(feature => !feature.ForReaders && feature.LegacyWriterVersion > 0) && before is not { MinWriterVersion: 7 })
        {
            return new Protocol
            {
                MinReaderVersion = before?.MinReaderVersion ?? 1,
                MinWriterVersion = Math.Max(before?.MinWriterVersion ?? 2, features.Max(feature => (int?)feature.LegacyWriterVersion) ?? 2),
            };
        }

        var forReaders = features.Exists(feature => feature.ForReaders) || before?.MinReaderVersion == 3;
        return new Protocol
        {
            MinReaderVersion = forReaders ? 3 : 1,
            MinWriterVersion = 7,
            ReaderFeatures = forReaders ? [.. features.Where(feature => feature.ForReaders).Select(feature => feature.Name)] : null,
            WriterFeatures = [.. features.Select(feature => feature.Name)],
        };
    }

    private static IEnumerable<string> Needed(StructType schema, IReadOnlyDictionary<string, string> configuration)
    {
        if (schema.Contains(type => type is PrimitiveType { Kind: PrimitiveKind.TimestampNtz }))
            yield return TableFeatures.TimestampNtz;
        if (ColumnMetadata.AllFields(schema).Any(entry => entry.Field.Metadata.ContainsKey(TypeWidening.ChangesKey)))
            yield return TableFeatures.TypeWidening;
        foreach (
            var (property, feature) in new[]
            {
                (TableProperties.EnableChangeDataFeed, TableFeatures.ChangeDataFeed),
                (TableProperties.AppendOnly, TableFeatures.AppendOnly),
                (TableProperties.EnableInCommitTimestamps, TableFeatures.InCommitTimestamp),
                (TableProperties.EnableDeletionVectors, TableFeatures.DeletionVectors),
                (TableProperties.EnableTypeWidening, TableFeatures.TypeWidening),
                (TableProperties.EnableRowTracking, TableFeatures.RowTracking),
            }
        )
        {
            if (configuration.TryGetValue(property, out var value) && string.Equals(value, "true", StringComparison.OrdinalIgnoreCase))
                yield return feature;
        }

        if (configuration.TryGetValue(ColumnMapping.ModeProperty, out var mode) && mode != "none")
            yield return TableFeatures.ColumnMapping;
        if (configuration.TryGetValue(TableProperties.CheckpointPolicy, out var policy) && string.Equals(policy, "v2", StringComparison.OrdinalIgnoreCase))
            yield return TableFeatures.V2Checkpoint;
        if (configuration.Keys.Any(key => key.StartsWith(TableConstraints.Prefix, StringComparison.Ordinal)))
            yield return TableFeatures.CheckConstraints;
        foreach (var (key, feature) in ColumnMetadata.Features)
        {
            if (ColumnMetadata.AllFields(schema).Any(entry => entry.Field.Metadata.ContainsKey(key)))
                yield return feature;
        }
    }

    private static IEnumerable<string> WithDependencies(string feature) =>
        feature is TableFeatures.RowTracking or "clustering" ? [feature, TableFeatures.DomainMetadata] : [feature];

    // The older name of a feature stands for it.
    private static bool HasAlready(Protocol protocol, string feature) =>
        protocol.Has(feature) || (feature == TableFeatures.TypeWidening && protocol.Has("typeWidening-preview"));

    // What a table of an older protocol may have used must stay.
    private static IEnumerable<string> FeaturesOf(Protocol protocol) =>
        protocol.WriterFeatures
        ?? (IEnumerable<string>)[.. TableFeatures.All.Values.Where(feature => protocol.Has(feature.Name)).Select(feature => feature.Name)];
}

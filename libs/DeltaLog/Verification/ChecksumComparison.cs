using System.Globalization;
using System.Text;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Verification;

/// <summary>
/// What a checksum file says of a version beside what the log says, member by member; what it does not say is not compared. A member of another
/// shape than it should have is a <see cref="JsonException"/>.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#version-checksum-file">Version Checksum File</see>.
/// </summary>
/// <param name="checksum">The file.</param>
/// <param name="snapshot">The version.</param>
/// <param name="transactionId">The id in the version's commit, where it has one.</param>
internal sealed class ChecksumComparison(JsonElement checksum, Snapshot snapshot, string? transactionId)
{
    private readonly ChecksumFileNumbers numbers = new(snapshot);

    /// <summary>The name of what is told, as the file says it and as the log says it. Both are the same where the file is right.</summary>
    public IEnumerable<(string What, string Said, string Found)> Pairs() =>
        Numbers()
            .Concat(Part("txnId", JsonValueKind.String, id => [("txnId", id.GetString()!, transactionId ?? id.GetString()!)]))
            .Concat(Part("protocol", JsonValueKind.Object, said => ProtocolPairs(Read(said, Protocol.Read), snapshot.Protocol)))
            .Concat(Part("metadata", JsonValueKind.Object, said => MetadataPairs(Read(said, Metadata.Read), snapshot.Metadata)))
            .Concat(Part("setTransactions", JsonValueKind.Array, Transactions))
            .Concat(Part("domainMetadata", JsonValueKind.Array, Domains))
            .Concat(Part("fileSizeHistogram", JsonValueKind.Object, said => Sizes("fileSizeHistogram", said)))
            // What it is called by older writers.
            .Concat(Part("histogramOpt", JsonValueKind.Object, said => Sizes("histogramOpt", said)))
            .Concat(Part("deletedRecordCountsHistogramOpt", JsonValueKind.Object, DeletedCounts))
            .Concat(Part("allFiles", JsonValueKind.Array, Files));

    private IEnumerable<(string, string, string)> Part(string member, JsonValueKind kind, Func<JsonElement, IEnumerable<(string, string, string)>> pairs)
    {
        if (Find(member, kind) is not { } value)
            yield break;
        foreach (var pair in pairs(value))
            yield return pair;
    }

    private IEnumerable<(string, string, string)> Numbers()
    {
        (string Member, Func<long> Found)[] members =
        [
            ("numFiles", () => snapshot.FileCount),
            ("tableSizeBytes", () => snapshot.TotalBytes),
            ("numMetadata", () => 1),
            ("numProtocol", () => 1),
            ("numDeletionVectorsOpt", () => numbers.Vectors),
            ("numDeletedRecordsOpt", () => numbers.DeletedRecords),
        ];
        foreach (var (member, found) in members)
        {
            if (Find(member, JsonValueKind.Number) is { } value)
                yield return (member, value.GetRawText(), Text(found()));
        }

        if (snapshot.State.HasInCommitTimestamps && Find("inCommitTimestampOpt", JsonValueKind.Number) is { } time)
            yield return ("inCommitTimestampOpt", time.GetRawText(), Text(snapshot.Timestamp.ToUnixTimeMilliseconds()));
    }

    private static IEnumerable<(string, string, string)> ProtocolPairs(Protocol said, Protocol found) =>
        [
            ("minReaderVersion", Text(said.MinReaderVersion), Text(found.MinReaderVersion)),
            ("minWriterVersion", Text(said.MinWriterVersion), Text(found.MinWriterVersion)),
            ("readerFeatures", Sorted(said.ReaderFeatures), Sorted(found.ReaderFeatures)),
            ("writerFeatures", Sorted(said.WriterFeatures), Sorted(found.WriterFeatures)),
        ];

    private static IEnumerable<(string, string, string)> MetadataPairs(Metadata said, Metadata found) =>
        [
            ("metadata.id", said.Id, found.Id),
            ("metadata.name", said.TableName ?? "", found.TableName ?? ""),
            ("metadata.description", said.Description ?? "", found.Description ?? ""),
            ("metadata.format", $"{said.FormatProvider} {Pairs(said.FormatOptions)}", $"{found.FormatProvider} {Pairs(found.FormatOptions)}"),
            ("metadata.schemaString", said.SchemaString, found.SchemaString),
            ("metadata.partitionColumns", string.Join(", ", said.PartitionColumns), string.Join(", ", found.PartitionColumns)),
            ("metadata.configuration", Pairs(said.Configuration), Pairs(found.Configuration)),
            ("metadata.createdTime", $"{said.CreatedTime}", $"{found.CreatedTime}"),
        ];

    // Transactions that a writer lets expire may be left out.
    private IEnumerable<(string, string, string)> Transactions(JsonElement array)
    {
        var said = array.EnumerateArray().Select(item => Read(item, SetTransaction.Read)).ToList();
        var found = snapshot.State.Transactions;
        foreach (var transaction in said)
            yield return ($"setTransactions {transaction.AppId}", Text(transaction.Version), $"{found.GetValueOrDefault(transaction.AppId)?.Version}");
        if (snapshot.Configuration.ContainsKey(TableProperties.TransactionRetention))
            yield break;
        foreach (var missing in found.Keys.Except(said.Select(transaction => transaction.AppId), StringComparer.Ordinal))
            yield return ($"setTransactions {missing}", "", Text(found[missing].Version));
    }

    private IEnumerable<(string, string, string)> Domains(JsonElement array)
    {
        var said = array.EnumerateArray().Select(item => Read(item, DomainMetadata.Read)).Where(domain => !domain.Removed).ToList();
        var found = snapshot.DomainMetadata.Values.Where(domain => !domain.Removed).ToDictionary(domain => domain.Domain, StringComparer.Ordinal);
        foreach (var domain in said)
            yield return ($"domainMetadata {domain.Domain}", domain.Configuration, found.GetValueOrDefault(domain.Domain)?.Configuration ?? "");
        foreach (var missing in found.Keys.Except(said.Select(domain => domain.Domain), StringComparer.Ordinal))
            yield return ($"domainMetadata {missing}", "", found[missing].Configuration);
    }

    private IEnumerable<(string, string, string)> Sizes(string name, JsonElement histogram)
    {
        var boundaries = Longs(histogram, "sortedBinBoundaries");
        var (counts, bytes) = numbers.Sizes(boundaries);
        yield return ($"{name}.fileCounts", Text(Longs(histogram, "fileCounts")), Text(counts));
        yield return ($"{name}.totalBytes", Text(Longs(histogram, "totalBytes")), Text(bytes));
    }

    private IEnumerable<(string, string, string)> DeletedCounts(JsonElement histogram)
    {
        yield return ("deletedRecordCountsHistogramOpt", Text(Longs(histogram, "deletedRecordCounts")), Text(numbers.DeletedCounts));
    }

    private IEnumerable<(string, string, string)> Files(JsonElement array)
    {
        var left = new HashSet<FileKey>();
        foreach (var said in array.EnumerateArray().Select(item => Read(item, AddFile.Read)))
        {
            left.Add(FileKey.Of(said));
            var found = snapshot.FindFile(said.Path, said.DeletionVector);
            yield return ($"allFiles {said.Path}", Describe(said), found is null ? "nothing" : Describe(found));
        }

        foreach (var missing in snapshot.Files.Where(file => !left.Contains(FileKey.Of(file))))
            yield return ($"allFiles {missing.Path}", "nothing", Describe(missing));
    }

    private static string Describe(AddFile file) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{file.Size} bytes, {file.PhysicalRecords()} rows, modified {file.ModificationTime}, partition {Pairs(file.PartitionValues)}, row ids from {file.BaseRowId}, version {file.DefaultRowCommitVersion}"
        );

    private JsonElement? Find(string member, JsonValueKind kind) =>
        !checksum.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == kind ? value
        : throw new JsonException($"expected {kind} as {member}, found {value.ValueKind}");

    private static T Read<T>(JsonElement element, ActionMembers<T> read)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(element.GetRawText()));
        reader.BeginObject();
        return read(ref reader);
    }

    private static List<long> Longs(JsonElement histogram, string member) =>
        histogram.TryGetProperty(member, out var array) && array.ValueKind == JsonValueKind.Array
            ?
            [
                .. array
                    .EnumerateArray()
                    .Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var value) ? value : throw Expected(member)),
            ]
            : throw Expected(member);

    private static JsonException Expected(string member) => new($"expected an array of whole numbers as {member}");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(IEnumerable<long> numbers) => string.Join(", ", numbers.Select(Text));

    private static string Sorted(IReadOnlyList<string>? names) => string.Join(", ", (names ?? []).Order(StringComparer.Ordinal));

    private static string Pairs<T>(IReadOnlyDictionary<string, T> pairs) =>
        string.Join(", ", pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    private delegate T ActionMembers<T>(ref Utf8JsonReader reader);
}

using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// <c>protocol</c>: the versions and features a client must have to read or write the table.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#protocol-evolution">Protocol Evolution</see>.
/// </summary>
public sealed record Protocol : DeltaAction
{
    /// <summary>The version a reader must implement; 3 means that <see cref="ReaderFeatures"/> says what is needed.</summary>
    public required int MinReaderVersion { get; init; }

    /// <summary>The version a writer must implement; 7 means that <see cref="WriterFeatures"/> says what is needed.</summary>
    public required int MinWriterVersion { get; init; }

    /// <summary>Features a reader must implement; <see langword="null"/> below reader version 3.</summary>
    public IReadOnlyList<string>? ReaderFeatures { get; init; }

    /// <summary>Features a writer must implement; <see langword="null"/> below writer version 7.</summary>
    public IReadOnlyList<string>? WriterFeatures { get; init; }

    internal override string Name => "protocol";

    internal static Protocol Read(ref Utf8JsonReader reader)
    {
        int? minReader = null,
            minWriter = null;
        IReadOnlyList<string>? readerFeatures = null,
            writerFeatures = null;
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("minReaderVersion"u8))
                minReader = reader.TakeInt();
            else if (reader.ValueTextEquals("minWriterVersion"u8))
                minWriter = reader.TakeInt();
            else if (reader.ValueTextEquals("readerFeatures"u8))
                readerFeatures = reader.TakeList();
            else if (reader.ValueTextEquals("writerFeatures"u8))
                writerFeatures = reader.TakeList();
            else
                reader.SkipValue();
        }

        return new Protocol
        {
            MinReaderVersion = JsonFields.Required(minReader, "minReaderVersion"),
            MinWriterVersion = JsonFields.Required(minWriter, "minWriterVersion"),
            ReaderFeatures = readerFeatures,
            WriterFeatures = writerFeatures,
        };
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("minReaderVersion", MinReaderVersion);
        writer.WriteNumber("minWriterVersion", MinWriterVersion);
        if (ReaderFeatures is not null)
            writer.WriteList("readerFeatures", ReaderFeatures);
        if (WriterFeatures is not null)
            writer.WriteList("writerFeatures", WriterFeatures);
    }
}

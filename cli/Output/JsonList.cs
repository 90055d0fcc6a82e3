using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Tideway.Cli.Output;

/// <summary>A list for programs: a JSON array.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="options">How it is written.</param>
internal sealed class JsonList(TextWriter output, JsonWriterOptions options) : IListOutput, IDisposable
{
    private const int PieceBytes = 32 * 1024;

    private readonly ArrayBufferWriter<byte> piece = new();
    private Utf8JsonWriter? writer;

    /// <inheritdoc />
    public void Add(JsonElement item)
    {
        item.WriteTo(Writer());
        if (writer!.BytesPending + piece.WrittenCount > PieceBytes)
            WritePiece();
    }

    /// <inheritdoc />
    public void Flush()
    {
        WritePiece();
        output.Flush();
    }

    /// <inheritdoc />
    public void End()
    {
        Writer().WriteEndArray();
        WritePiece();
        output.WriteLine();
    }

    public void Dispose() => writer?.Dispose();

    private Utf8JsonWriter Writer()
    {
        if (writer is null)
        {
            writer = new Utf8JsonWriter(piece, options);
            writer.WriteStartArray();
        }

        return writer;
    }

    private void WritePiece()
    {
        writer?.Flush();
        output.Write(Encoding.UTF8.GetString(piece.WrittenSpan));
        piece.ResetWrittenCount();
    }
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>Writes actions as lines of the log.</summary>
internal static class ActionWriter
{
    /// <summary>The log is a file of its own, not part of a web page: only what JSON demands is escaped.</summary>
    public static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One JSON object per line, in the order given.</summary>
    public static ReadOnlyMemory<byte> Write(IEnumerable<DeltaAction> actions)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var writer = new Utf8JsonWriter(buffer, JsonOptions);
        foreach (var action in actions)
        {
            WriteLine(writer, action);
            writer.Flush();
            buffer.Write("\n"u8);
            writer.Reset();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The action wrapped in its name, without a line end.</summary>
    public static void WriteLine(Utf8JsonWriter writer, DeltaAction action)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(action.Name);
        action.WriteMembers(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}

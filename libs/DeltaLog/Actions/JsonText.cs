using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>JSON inside the log's strings.</summary>
internal static class JsonText
{
    /// <summary>Escapes only what JSON demands, like <see cref="ActionWriter.JsonOptions"/>.</summary>
    public static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

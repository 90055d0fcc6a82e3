using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tideway.Hosting.Messaging;

/// <summary>JSON of events: camelCase, absent instead of null, unknown members ignored.</summary>
public static class EventJson
{
    /// <summary>The options; read-only.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
        options.Converters.Add(new JsonStringEnumConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}

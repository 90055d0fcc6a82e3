using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tideway.Hosting.Messaging;

namespace Tideway.Contracts.Tests;

/// <summary>Contracts filled with fixed values, as the JSON that goes over the bus.</summary>
internal static class Samples
{
    private static readonly DateTimeOffset Time = new DateTimeOffset(2026, 1, 31, 12, 34, 56, TimeSpan.Zero).AddTicks(7_890_120);

    /// <summary>Every member set.</summary>
    public static JsonObject Full(Type contract) => Json(Make(contract));

    /// <summary>Only the members set that a publisher has to set.</summary>
    public static JsonObject Minimal(Type contract)
    {
        var sample = Full(contract);
        Prune(sample, contract);
        return sample;
    }

    public static object Read(JsonNode json, Type contract) => json.Deserialize(contract, EventJson.Options)!;

    public static JsonObject Json(object sample) => JsonSerializer.SerializeToNode(sample, sample.GetType(), EventJson.Options)!.AsObject();

    public static string JsonName(PropertyInfo property) => EventJson.Options.PropertyNamingPolicy!.ConvertName(property.Name);

    private static object Make(Type contract)
    {
        var sample = Activator.CreateInstance(contract)!;
        foreach (var property in contract.GetProperties())
            property.SetValue(sample, Value(property.PropertyType, property.Name));
        return sample;
    }

    private static object Value(Type type, string name)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return "a " + name;
        if (type == typeof(Guid))
            return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name))[..16]);
        if (type == typeof(DateTimeOffset))
            return Time;
        if (type == typeof(bool))
            return true;
        if (type == typeof(int))
            return 200;
        if (type == typeof(long))
            return 9_007_199_254_740_993;
        if (type == typeof(IReadOnlyDictionary<string, string>))
            return new Dictionary<string, string>(StringComparer.Ordinal) { ["Key-1"] = "a value" };
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var item = type.GetGenericArguments()[0];
            var list = Array.CreateInstance(item, 1);
            list.SetValue(Value(item, name), 0);
            return list;
        }

        return ContractTypes.Records.Contains(type)
            ? Make(type)
            : throw new InvalidOperationException(
                $"Member {name} is a {type}, for which there is no sample yet; a contract is made of text, numbers, times, ids, lists and maps."
            );
    }

    private static void Prune(JsonObject sample, Type contract)
    {
        foreach (var property in contract.GetProperties())
        {
            var name = JsonName(property);
            if (!ContractTypes.IsRequired(property))
                sample.Remove(name);
            else if (sample[name] is JsonArray array && ContractTypes.Records.Contains(property.PropertyType.GetGenericArguments()[0]))
                Prune(array[0]!.AsObject(), property.PropertyType.GetGenericArguments()[0]);
        }
    }
}

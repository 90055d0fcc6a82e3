using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>How the vectors inside of a nested vector are found.</summary>
internal static class VectorChildren
{
    public static int Count(DuckDbType type) =>
        type.Kind switch
        {
            DuckDbTypeKind.List or DuckDbTypeKind.Map or DuckDbTypeKind.Array => 1,
            DuckDbTypeKind.Struct => type.Fields.Length,
            DuckDbTypeKind.Union => type.Fields.Length + 1,
            _ => 0,
        };

    public static DuckDbType TypeOf(DuckDbType type, int index) =>
        type.Kind switch
        {
            DuckDbTypeKind.Struct => type.Fields[index].Type,
            DuckDbTypeKind.Union => index == 0 ? DuckDbType.UnionTag : type.Fields[index - 1].Type,
            _ => type.ElementType!,
        };

    public static DuckDbVector Open(DuckDbChunk chunk, VectorMemory memory, DuckDbType type, int rows, int index)
    {
        var child = TypeOf(type, index);
        return type.Kind switch
        {
            DuckDbTypeKind.List or DuckDbTypeKind.Map => new DuckDbVector(chunk, memory.ListChild, child, memory.ListSize),
            DuckDbTypeKind.Array => new DuckDbVector(chunk, memory.ArrayChild, child, rows * type.ArraySize),
            _ => new DuckDbVector(chunk, memory.StructChild(index), child, rows),
        };
    }
}

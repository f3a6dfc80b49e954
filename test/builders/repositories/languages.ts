import type { Repository } from "./javascript";

const PYTHON = `"""Orders."""


def total(lines):
    return sum(line["price"] for line in lines)


def two():
    return 2
`;

/** A package under \`src\`, tested where it lies. */
export function pytest(): Repository {
  return {
    base: {
      "pyproject.toml":
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n[project]\nname = "shop"\nversion = "1.0"\ndependencies = []\n\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\naddopts = "-q"\npythonpath = ["src"]\n',
      "src/shop/__init__.py": "",
      "src/shop/orders.py": PYTHON,
      "tests/test_two.py":
        "from shop.orders import two\n\n\ndef test_counts_to_two():\n    assert two() == 2\n\n\ndef test_is_broken_for_years():\n    assert two() == 3\n",
    },
    change: {
      "src/shop/orders.py": PYTHON.replace('line["price"]', 'line["price"] * line["quantity"]'),
      "tests/test_total.py":
        'from shop.orders import total\n\n\ndef test_counts_the_quantity():\n    assert total([{"price": 2, "quantity": 3}]) == 6\n',
    },
  };
}

export function unittest(): Repository {
  const head = "import unittest\n\nfrom shop.orders import total, two\n\n\n";
  const test = (name: string, actual: string, expected: number) =>
    `    def test_${name}(self):\n        self.assertEqual(${actual}, ${expected})\n\n`;
  return {
    base: {
      "setup.cfg": "[metadata]\nname = shop\nversion = 1.0\n",
      "shop/__init__.py": "",
      "shop/orders.py": PYTHON,
      "tests/test_two.py": `${head}class Two(unittest.TestCase):\n${test("counts_to_two", "two()", 2)}${test("is_broken_for_years", "two()", 3)}`,
    },
    change: {
      "shop/orders.py": PYTHON.replace('line["price"]', 'line["price"] * line["quantity"]'),
      "tests/test_total.py": `${head}class Total(unittest.TestCase):\n${test("counts_the_quantity", 'total([{"price": 2, "quantity": 3}])', 6)}`,
    },
  };
}

export function go(): Repository {
  const source =
    "package orders\n\ntype Line struct {\n\tPrice, Quantity int\n}\n\nfunc Total(lines []Line) int {\n\tsum := 0\n\tfor _, line := range lines {\n\t\tsum += line.Price\n\t}\n\treturn sum\n}\n\nfunc Two() int { return 2 }\n";
  const test = (name: string, actual: string, expected: number) =>
    `\nfunc Test${name}(t *testing.T) {\n\tif got := ${actual}; got != ${expected} {\n\t\tt.Errorf("got %d, want ${expected}", got)\n\t}\n}\n`;
  const head = 'package orders\n\nimport "testing"\n';
  return {
    base: {
      "go.mod": "module example.com/shop\n\ngo 1.19\n",
      "internal/orders/total.go": source,
      "internal/orders/two_test.go": `${head}${test("CountsToTwo", "Two()", 2)}${test("IsBrokenForYears", "Two()", 3)}`,
    },
    change: {
      "internal/orders/total.go": source.replace("line.Price", "line.Price * line.Quantity"),
      "internal/orders/total_test.go": `${head}${test("CountsTheQuantity", "Total([]Line{{2, 3}})", 6)}`,
    },
  };
}

export function rust(): Repository {
  const source =
    "pub struct Line {\n    pub price: u32,\n    pub quantity: u32,\n}\n\npub fn total(lines: &[Line]) -> u32 {\n    lines.iter().map(|line| line.price).sum()\n}\n\npub fn two() -> u32 {\n    2\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn is_broken_for_years() {\n        assert_eq!(super::two(), 3);\n    }\n}\n";
  return {
    base: {
      "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n',
      "src/lib.rs": source,
      "tests/two.rs": "#[test]\nfn counts_to_two() {\n    assert_eq!(shop::two(), 2);\n}\n",
    },
    change: {
      "src/lib.rs": source.replace("line.price)", "line.price * line.quantity)"),
      "tests/total.rs":
        "use shop::{total, Line};\n\n#[test]\nfn counts_the_quantity() {\n    assert_eq!(total(&[Line { price: 2, quantity: 3 }]), 6);\n}\n",
    },
  };
}

export function phpunit(): Repository {
  const source =
    "<?php\n\nnamespace Shop;\n\nclass Orders\n{\n    public static function total(array $lines): int\n    {\n        return array_sum(array_map(fn ($line) => $line['price'], $lines));\n    }\n\n    public static function two(): int\n    {\n        return 2;\n    }\n}\n";
  const test = (cls: string, methods: string) =>
    `<?php\n\nuse PHPUnit\\Framework\\TestCase;\nuse Shop\\Orders;\n\nclass ${cls} extends TestCase\n{\n${methods}}\n`;
  const method = (name: string, actual: string, expected: number) =>
    `    public function test${name}(): void\n    {\n        $this->assertSame(${expected}, ${actual});\n    }\n`;
  return {
    base: {
      "composer.json": '{ "name": "acme/shop", "require": { "php": ">=8" } }\n',
      "phpunit.xml":
        '<?xml version="1.0"?>\n<phpunit bootstrap="autoload.php"><testsuites><testsuite name="all"><directory>tests</directory></testsuite></testsuites></phpunit>\n',
      "autoload.php": "<?php\n\nrequire_once __DIR__ . '/src/Orders.php';\n",
      "src/Orders.php": source,
      "tests/TwoTest.php": test(
        "TwoTest",
        method("CountsToTwo", "Orders::two()", 2) + method("IsBrokenForYears", "Orders::two()", 3),
      ),
    },
    change: {
      "src/Orders.php": source.replace("$line['price']", "$line['price'] * $line['quantity']"),
      "tests/TotalTest.php": test(
        "TotalTest",
        method("CountsTheQuantity", "Orders::total([['price' => 2, 'quantity' => 3]])", 6),
      ),
    },
  };
}

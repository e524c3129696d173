package threshold

import (
	"crypto/ed25519"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/escrow"
)

// The exported types and functions. TestZeroValues fails if one is missing.
var (
	types = []any{JointKey{}, Agents{}, Share{}, Key{}, Agent{}, Request{}, Message{}, Warrant{}, Issuer{}, Use{}, Log{}, Reader{}}

	functions = map[string]any{
		"Date": Date, "Deal": Deal, "Describe": Describe, "NewAgent": NewAgent, "NewIssuer": NewIssuer, "NewLog": NewLog,
		"NewReader": NewReader, "NewUse": NewUse, "ParseAgents": ParseAgents, "ParseJointKey": ParseJointKey, "ParseKey": ParseKey,
		"ParseShare": ParseShare, "ParseUse": ParseUse, "ParseWarrant": ParseWarrant, "RecoverKey": RecoverKey,
	}
)

// Every exported function, and every exported method of every exported type, is called with each choice
// of zero and real arguments. The receiver of a method is zero, nil, or real. Nothing panics, and every
// error names the package once. A method that Go itself calls through the pointer is not called on nil:
// those of values, and of what is embedded.
func TestZeroValues(t *testing.T) {
	p := newPool(t)
	calls := 0
	call := func(name string, f reflect.Value, receiver ...reflect.Value) {
		for args := range p.choices(f.Type(), receiver) {
			calls++
			func() {
				defer func() {
					if r := recover(); r != nil {
						t.Errorf("%s of %s: %v", name, describeAll(args), r)
					}
				}()
				invoke := f.Call
				if f.Type().IsVariadic() {
					invoke = f.CallSlice
				}
				for _, result := range invoke(args) {
					if err, ok := result.Interface().(error); ok && (!strings.HasPrefix(err.Error(), "threshold: ") || strings.Count(err.Error(), "threshold: ") > 1) {
						t.Errorf("%s of %s: the error does not say once whose it is: %q", name, describeAll(args), err)
					}
				}
			}()
		}
	}
	for name, f := range functions {
		call(name, reflect.ValueOf(f))
	}
	for _, zero := range types {
		value := reflect.TypeOf(zero)
		pointer := reflect.PointerTo(value)
		for i := range pointer.NumMethod() {
			m := pointer.Method(i)
			name := value.Name() + "." + m.Name
			call(name, m.Func, reflect.New(value))
			if _, ofValue := value.MethodByName(m.Name); !ofValue {
				call(name, m.Func, reflect.Zero(pointer))
			}
			for _, real := range p.of(pointer) {
				if !real.IsNil() {
					call(name, m.Func, real)
				}
			}
		}
	}
	t.Logf("%d calls", calls)

	named := map[string]bool{}
	for _, x := range types {
		named[reflect.TypeOf(x).Name()] = true
	}
	for name := range functions {
		named[name] = true
	}
	for name := range exported(t) {
		if !named[name] {
			t.Errorf("%s is exported, and not in the test's lists", name)
		}
	}
}

// What zero values answer, where there is more to say than that they do not panic.
func TestZeroAnswers(t *testing.T) {
	w := newWorld(t, 2, 3)
	e := seal(t, w.alice, w.bob, text, monday)
	r := w.request(t, w.warrant(t, w.bob.Identity()), e, monday)
	for want, err := range map[string]error{
		"the agent has no share":                    second(new(Agent).Partial(r)),
		"the issuer has no key":                     second(new(Issuer).Sign(Warrant{Everyone: true, From: monday, Until: monday.AddDate(0, 0, 1)})),
		"the reader has no log's key":               new(Reader).Follow(w.log.Head(), nil),
		"the reader has not seen a head of the log": new(Reader).Check(0, nil, nil),
		"expected agents, found none":               new(Agents).CheckShare(w.shares[0]),
		"the field does not open with this key":     second(new(Key).Unwrap(r.Message.Field)),
		"expected a head that this log has signed":  new(Log).Show(must(NewReader(w.log.Key()))),
		"expected a follower of the log":            w.log.Show(nil),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "threshold: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	// None of none is not enough, and no one is blamed.
	if _, _, got, err := new(Agents).Recover(r.Warrant, e, monday); err != errNoAgents || got != nil {
		t.Errorf("no agents open %q, %v", got, err)
	}
	if b := (JointKey{}).Wrap([32]byte{}, [64]byte{}, nil); b != nil {
		t.Errorf("no key wraps to %x", b)
	}
	if k := new(Agents).Key(); k != (JointKey{}) || k.Bytes() != nil {
		t.Errorf("no agents have key %v", k)
	}
}

func second[T any](_ T, err error) error { return err }

// A pool has for each type the zero value, nil, and real ones.
type pool map[reflect.Type][]reflect.Value

func newPool(t *testing.T) pool {
	w := newWorld(t, 2, 3)
	e := seal(t, w.alice, w.bob, text, monday)
	r := w.request(t, w.warrant(t, w.bob.Identity()), e, monday)
	partials := w.answers(t, r)
	key, err := RecoverKey(w.shares...)
	check(t, err)
	w.log.Append([]byte("another"))
	reader := readerOf(t, w.log)
	p := pool{}
	add := func(values ...any) {
		for _, x := range values {
			p[reflect.TypeOf(x)] = append(p[reflect.TypeOf(x)], reflect.ValueOf(x))
		}
	}
	add([]byte(nil), e, r.Warrant, r.Proof, w.log.Head(), partials[0])
	add([][]byte(nil), partials, [][]byte{nil, nil})
	add("", w.log.Key())
	add(0, 1, -1)
	add(int64(0), int64(-1), w.log.Size())
	add(time.Time{}, monday)
	add([32]byte{}, [64]byte{})
	add(ed25519.PublicKey(nil), w.issuer.PublicKey())
	add(Share{}, w.shares[0], []Share(nil), []Share{{}, {}}, w.shares)
	add((*Agents)(nil), new(Agents), w.Agents)
	add(JointKey{}, w.Key())
	add(r.Message, r)
	add(Warrant{}, Warrant{Everyone: true}, Warrant{Target: escrow.Identity{1}, Until: monday})
	for field := range reflect.TypeFor[Message]().NumField() { // each field zero
		m := r.Message
		reflect.ValueOf(&m).Elem().Field(field).SetZero()
		add(m)
	}
	for field := range reflect.TypeFor[Request]().NumField() {
		m := r
		reflect.ValueOf(&m).Elem().Field(field).SetZero()
		add(m)
	}
	add(Request{}, Message{})
	joint := w.Key()
	add(w.agents[0], reader, w.issuer, w.log, key, &w.shares[0], &joint)
	for _, f := range []Follower{(*Reader)(nil), new(Reader), reader, (*Agent)(nil), new(Agent), w.agents[0]} {
		p[reflect.TypeFor[Follower]()] = append(p[reflect.TypeFor[Follower]()], reflect.ValueOf(f))
	}
	return p
}

// of returns the values of a type, and its zero value. Package fmt's State cannot be nil.
func (p pool) of(t reflect.Type) []reflect.Value {
	if values := p[t]; len(values) > 0 {
		return append(values, reflect.Zero(t))
	}
	if t.Kind() == reflect.Interface && t.Name() == "State" {
		return []reflect.Value{reflect.ValueOf(new(state))}
	}
	return []reflect.Value{reflect.Zero(t)}
}

// choices yields each choice of arguments, behind those that are given.
func (p pool) choices(f reflect.Type, given []reflect.Value) iter.Seq[[]reflect.Value] {
	return func(yield func([]reflect.Value) bool) {
		var choose func(args []reflect.Value) bool
		choose = func(args []reflect.Value) bool {
			if len(args) == f.NumIn() {
				return yield(args)
			}
			for _, x := range p.of(f.In(len(args))) {
				if !choose(append(slices.Clip(args), x)) {
					return false
				}
			}
			return true
		}
		choose(given)
	}
}

// state is a fmt.State that writes nowhere.
type state struct{}

func (*state) Write(b []byte) (int, error) { return len(b), nil }
func (*state) Width() (int, bool)          { return 0, false }
func (*state) Precision() (int, bool)      { return 0, false }
func (*state) Flag(int) bool               { return false }

func describeAll(args []reflect.Value) string {
	var text []string
	for _, a := range args {
		text = append(text, fmt.Sprintf("%.60s", fmt.Sprintf("%T %v", a.Interface(), a.Interface())))
	}
	return strings.Join(text, ", ")
}

// exported yields the exported types, but interfaces, and the exported functions of this package.
func exported(t *testing.T) iter.Seq[string] {
	paths, err := filepath.Glob("*.go")
	check(t, err)
	return func(yield func(string) bool) {
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			check(t, err)
			for _, decl := range f.Decls {
				switch d := decl.(type) {
				case *ast.FuncDecl:
					if d.Recv == nil && d.Name.IsExported() && !yield(d.Name.Name) {
						return
					}
				case *ast.GenDecl:
					for _, spec := range d.Specs {
						s, ok := spec.(*ast.TypeSpec)
						if !ok || !s.Name.IsExported() {
							continue
						}
						if _, isInterface := s.Type.(*ast.InterfaceType); !isInterface && !yield(s.Name.Name) {
							return
						}
					}
				}
			}
		}
	}
}

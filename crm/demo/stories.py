"""Invented people of the demo. Any likeness is chance; the numbers are of no real line."""

NAMES = [
    "Helena Duarte", "Rafael Nogueira", "Camila Prates", "Otávio Bastos", "Larissa Menezes", "Diego Sampaio",
    "Patrícia Rangel", "Murilo Teixeira", "Sofia Quintana", "Bruno Albuquerque", "Valentina Ríos", "Igor Fontes",
    "Renata Castilho", "Thiago Moura", "Beatriz Falcão", "Mateo Herrera", "Juliana Veloso", "Eduardo Pacheco",
    "Lívia Drummond", "Felipe Guerra", "Marta Saldanha", "Grace Turner", "Vinícius Amaral", "Isabela Couto",
    "Henrique Paiva", "Débora Lacerda", "Samuel Ortiz", "Natália Brandão", "André Peixoto", "Carolina Mendes",
    "Gustavo Freire", "Priscila Antunes", "Leandro Barreto", "Emily Carter", "Fernanda Rocha", "Rodrigo Siqueira",
    "Aline Tavares", "Marcelo Vidal", "Tatiana Borges", "Joaquim Leal",
]  # fmt: skip

FORMS = [
    {"message": "Quero agendar uma visita ao apartamento de 2 quartos em Moema ainda esta semana.",
     "product": "Apartamento Moema", "city": "São Paulo", "value": "650000", "campaign": "moema-2q"},
    {"message": "Vi o anúncio da casa com quintal. Aceita financiamento?",
     "product": "Casa Vila Mariana", "city": "São Paulo", "value": "980000", "campaign": "casas-sp"},
    {"message": "Gostaria de saber o valor do condomínio.",
     "product": "Studio Augusta", "city": "São Paulo", "value": "", "campaign": "studios"},
    {"message": "Busco departamento de dos dormitorios cerca del metro, para comprar este mes.",
     "product": "Apartamento Centro", "city": "São Paulo", "value": "420000", "campaign": "centro-es"},
    {"message": "Estou só pesquisando por enquanto, talvez para o ano que vem.",
     "product": "", "city": "Campinas", "value": "", "campaign": "institucional"},
    {"message": "Looking for a three-bedroom house to rent, moving next month.",
     "product": "House for rent", "city": "São Paulo", "value": "7500", "campaign": "expats"},
]  # fmt: skip

CONVERSATIONS = [
    [
        "Oi, boa tarde! Quero comprar um apartamento",
        "Até 650 mil, na Vila Mariana",
        "Meu nome é Heloísa Brito",
    ],
    ["Olá, vocês têm casa para alugar?", "Em Pinheiros, até 4.500 por mês", "Sou o Renan Coelho"],
    ["Hola, busco comprar un departamento", "en Moema, entre 500 y 700 mil reales", "Me llamo Lucía Paredes"],
    ["Hi! I'd like to rent a two bedroom apartment", "in Pinheiros, under 6k", "I'm Olivia Hayes"],
    ["Boa noite, quero falar com um corretor, por favor"],
    ["Oi, quero vender meu apartamento", "fica em Santana, 3 quartos", "queria 720 mil", "Caio Vasques"],
    ["bom dia, procuro studio pra alugar", "na Augusta, até 2.800", "Yasmin Ferraz"],
    ["Quero comprar casa com quintal", "Vila Mariana ou Saúde, 1,1 milhão no máximo", "Sou a Teresa Campos"],
    ["oi! apartamento de 2 quartos pra comprar", "Tatuapé", "entre 400 e 480 mil, financiado", "Danilo Reis"],
    [
        "Olá, vi o anúncio do imóvel na Lapa e quero comprar",
        "Até 550 mil",
        "Me chamo Ester Nunes, é para este mês",
    ],
]

NOTES = [
    "Prefers calls after 18:00.",
    "Visited on Saturday with the family; liked the light, worried about parking.",
    "Bank pre-approval expected this week.",
    "Asked for the floor plan by e-mail.",
]

# In the languages of the conversations above
CONSULTANT_REPLIES = {
    "pt": [
        "Olá! Aqui é da equipe de vendas. Podemos conversar agora?",
        "Consigo te mostrar no sábado de manhã, fica bom?",
    ],
    "es": [
        "¡Hola! Le escribo del equipo de ventas. ¿Podemos hablar ahora?",
        "Puedo mostrárselo el sábado por la mañana, ¿le viene bien?",
    ],
    "en": [
        "Hello! I'm with the sales team. Is now a good time to talk?",
        "I can show it to you on Saturday morning, would that suit you?",
    ],
}
